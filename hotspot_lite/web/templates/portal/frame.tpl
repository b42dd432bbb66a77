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
<header><b>{{box_name}}</b>
<nav>
% for code, name, link in others:
<a href="{{link}}" lang="{{code}}" hreflang="{{code}}">{{name}}</a>
% end
</nav></header>
<main>
{{!base}}
</main>
</body>
</html>
