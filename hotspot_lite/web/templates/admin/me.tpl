% rebase("admin/frame.tpl", title="My account")
<h1>My account</h1>
% if done:
<p class="note good" role="status">{{{"password": "The password is changed; other sessions have ended.", "off": "No code is asked for any more.", "sessions": "You are signed out everywhere else."}.get(done, "Done.")}}</p>
% end
% if person.must_change:
<p class="wrong" role="alert">Somebody else made your password: choose your own first.</p>
% end
% if problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
% if codes:
<section class="panel handed" role="status"><h2>Your recovery codes</h2>
<p class="codes">
% for code in codes:
<b>{{code}}</b><br>
% end
</p><p class="hint">They are shown this once. Each lets you in once without your phone: write them down and keep them apart from it.</p></section>
% end
<form method="post" action="/admin/me/password" class="panel">
<h2>Password</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<input type="text" autocomplete="username" value="{{person.name}}" hidden>
<label for="old">Your password now</label><input id="old" name="old" type="password" autocomplete="current-password" required{{!" aria-invalid=true" if field == "old" else ""}}>
<label for="password">The new one</label><input id="password" name="password" type="password" autocomplete="new-password" minlength="8" required{{!" aria-invalid=true" if field == "password" else ""}}>
<button>Change</button>
</form>
<section class="panel">
<h2>Second factor</h2>
% if has_factor:
<p>On: a code of your app is asked for at each sign-in.</p>
<form method="post" action="/admin/me/factor"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="off" value="1">
<input type="text" autocomplete="username" value="{{person.name}}" hidden>
<label for="old-off">Your password</label><input id="old-off" name="old" type="password" autocomplete="current-password" required{{!" aria-invalid=true" if field == "old-off" else ""}}>
<button class="second">Turn it off</button></form>
% else:
<p>Scan this with an authenticator app (Aegis, Google Authenticator, FreeOTP), then type the six digits that it shows. From then on nobody gets in by your password alone.</p>
<p class="qr">{{!qr}}</p>
<p class="hint">Or type it in: <code>{{secret}}</code></p>
<form method="post" action="/admin/me/factor"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="secret" value="{{secret}}">
<label for="code">Six digits</label><input id="code" name="code" inputmode="numeric" autocomplete="one-time-code" maxlength="10" required{{!" aria-invalid=true" if field == "code" else ""}}>
<button class="second">Turn it on</button></form>
% end
</section>
<section class="panel">
<h2>Where you are signed in</h2>
<ul class="story">
% for one in sessions:
<li><time>{{one["at"]}}</time><div>{{one["address"] or "unknown address"}}{{" (here)" if one["is_this"] else ""}}<p class="hint">{{one["agent"]}}</p></div></li>
% end
</ul>
% if len(sessions) > 1:
<form method="post" action="/admin/me/sessions"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="second">Sign out everywhere else</button></form>
% end
</section>
