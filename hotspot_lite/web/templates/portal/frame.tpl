<!doctype html>
<html lang="{{t.code}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
% if get("refresh"):
<meta http-equiv="refresh" content="{{refresh}}">
% end
<title>{{title}} · {{box_name}}</title>
<link rel="icon" href="data:,">
<style>{{!css}}</style>
</head>
<body>
<header>\\
% if get("logo"):
<img src="/logo/{{logo}}" alt="" height="48">\\
% end
<b>{{box_name}}</b>
<nav>
% for code, name, link in others:
<a href="{{link}}" lang="{{code}}" hreflang="{{code}}">{{name}}</a>
% end
</nav></header>
<main>
{{!base}}
</main>
% if get("help_text") or get("help_phone"):
<footer><p><b>{{t("page.help")}}</b> {{get("help_text", "")}}
% if get("help_phone"):
<a href="tel:{{"".join(c for c in help_phone if c in "+0123456789")}}">{{help_phone}}</a>
% end
</p></footer>
% end
</body>
</html>
