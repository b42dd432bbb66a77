<!doctype html>
<html lang="{{t.code}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{t("error.title")}}</title>
<link rel="icon" href="data:,">
<style>{{!css}}</style>
</head>
<body><main>
<h1>{{t("error.title")}}</h1>
<p class="note bad" role="alert">{{says}}</p>
<p><a href="/">{{t("page.back")}}</a></p>
</main></body>
</html>
