"""The key with which the pretend Daraja reads initiator passwords.

Anybody may know it: it guards a town that doesn't exist. As Safaricom does, the town
gives out a certificate; what is sealed with it (RSA, PKCS#1 v1.5) only it can read.
"""

from __future__ import annotations

import base64
import binascii
import secrets

CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIDFTCCAf2gAwIBAgIULvySUn5JvLhyyVaxqGRHdzBi/fIwDQYJKoZIhvcNAQEL
BQAwGTEXMBUGA1UEAwwOUHJldGVuZCBEYXJhamEwIBcNMjYxMTI2MTEzODM3WhgP
MjEyNjExMDIxMTM4MzdaMBkxFzAVBgNVBAMMDlByZXRlbmQgRGFyYWphMIIBIjAN
BgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAjvhE4RxuAaG3lr7k2sN3p0v6ZRIn
I8jAN+hcnEgr8XE1LvHjFzhDU1/rJF9p9ihOh/14yhHUPegKtesJORBxHY5Hd7RN
LSNHMi5Zk3hGf3my3J0TBNdqv667jgJjrjIprSPb4XhZG0yv7k+YiyRXK3Tj/xct
aVHSf5gYGL3pmsswodvdjOSrzFD6PTnvnAlrb/6XbHDc83gZMDli4KflMCOoyPgY
13VXQ+hmqu3SK3El3ziGsih1+NRCYEL/5CKnS5OwDio56WEHvN1dxjKj0YNqR20p
NxBcngpE5oIFB5QPGDMtwo6/58uafkeS7C1cqZzINnRjI9TKEEZlYEZ/GwIDAQAB
o1MwUTAdBgNVHQ4EFgQUu3ISSBluKfJW7rluQuK7zlAHsWswHwYDVR0jBBgwFoAU
u3ISSBluKfJW7rluQuK7zlAHsWswDwYDVR0TAQH/BAUwAwEB/zANBgkqhkiG9w0B
AQsFAAOCAQEAOu5ADT3ACzpBW6pEwS5tQqRBByZvyl0VnHtbFaTfP9Gvxf4T7vCS
5sSZbVwh4X0rBdoct4jx4tK0Ri0f7SWTbw8SaMY/n0tUEL++UAddgkhrTlK3r/hp
JGZVHEHFNhnhLkx1kEw5ugggmgNyPoOPlwkYGi1bID260Uf5X9LSK82tM5wREvX7
k2UYyjpGzkMu0kAyUWocMMos7Z73V4qofE/wTgO26rhti5PQsTaEpZDkN6a5C60D
jw8KU+G7qyiGEfdRoWyK7yOqFfQ2Hz80if9l2nexrsVLzRwx3UpwezqTwUm8m0Vg
J/BUWYO+eq/UWJUC8anqyfZ1mch4G8WFhg==
-----END CERTIFICATE-----
"""
_EXPONENT = int(
    "28d75849dc46ba95996de93b54190999d37504a16267f105a412ef3dbfca39cf"
    "26abb1f2b6e3de2bb797630d14a67a8e307fe29d0ae9d00374e7d1ec110e96d9"
    "a416db65b8b43fc32b5d1d3ea8d9aeb9b3b41cf4dd69b2376eb16a5859645e35"
    "149e4d46440c64658c4e6e137c10160cb678191b6460153d2630eb154a4f2ce6"
    "183bdf1ca7d6ee31b55172e251b616670054a68857753ab85b64734e66b954b5"
    "75890e714dd884026fd743d044caf6b278c8d6074ea8848de05f18507bab1e48"
    "1828db7164db410786512ddc543499c17118e71b993c737d141989e86fde7dcb"
    "cbe5311df0120fd34c8c715fb5c76706512cfb907cd5121f4c21dc6263fbafe1",
    16,
)
_MODULUS = int(
    "8ef844e11c6e01a1b796bee4dac377a74bfa65122723c8c037e85c9c482bf171"
    "352ef1e3173843535feb245f69f6284e87fd78ca11d43de80ab5eb093910711d"
    "8e4777b44d2d2347322e599378467f79b2dc9d1304d76abfaebb8e0263ae3229"
    "ad23dbe178591b4cafee4f988b24572b74e3ff172d6951d27f981818bde99acb"
    "30a1dbdd8ce4abcc50fa3d39ef9c096b6ffe976c70dcf37819303962e0a7e530"
    "23a8c8f818d7755743e866aaedd22b7125df3886b22875f8d4426042ffe422a7"
    "4b93b00e2a39e96107bcdd5dc632a3d1836a476d2937105c9e0a44e682050794"
    "0f18332dc28ebfe7cb9a7e4792ec2d5ca99cc836746323d4ca10466560467f1b",
    16,
)
_BYTES = 256


def seal(password: str) -> str:
    """The SecurityCredential of a password, as the Daraja portal makes it."""
    plain = password.encode()
    pad = bytes(secrets.choice(range(1, 256)) for _ in range(_BYTES - 3 - len(plain)))
    block = b"\x00\x02" + pad + b"\x00" + plain
    sealed = pow(int.from_bytes(block), 65537, _MODULUS)
    return base64.b64encode(sealed.to_bytes(_BYTES)).decode()


def unseal(credential: str) -> str | None:
    """The password in a SecurityCredential, or None where it can't be read."""
    try:
        sealed = base64.b64decode(credential, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(sealed) != _BYTES:
        return None
    plain = pow(int.from_bytes(sealed), _EXPONENT, _MODULUS).to_bytes(_BYTES)
    kind, mark, rest = plain[:2], plain[2:].find(0), plain[2:]
    if kind != b"\x00\x02" or mark < 8:
        return None
    return rest[mark + 1 :].decode("utf-8", "replace")
