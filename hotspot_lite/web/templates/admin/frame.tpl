<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
% if get("refresh"):
<meta http-equiv="refresh" content="{{refresh}}">
% end
<title>{{title}} · {{box_name}}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/app.css?v={{version_of("app.css")}}">
% if get("script"):
<script type="module" src="/static/app.js?v={{version_of("app.js")}}"></script>
% end
% if get("module"):
<script type="module" src="/static/{{module}}?v={{version_of(module)}}"></script>
% end
% if person:
<script type="module" src="/static/keys.js?v={{version_of("keys.js")}}"></script>
% end
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
<header class="top">
<b>{{box_name}}</b>
% if person:
<nav aria-label="Pages">
% decide = get("to_decide")
% for group, pages in menu(person):
% is_here = any(name == title for _, name in pages)
% has_chip = decide is not None and any(path == "/admin/exceptions" for path, _ in pages)
% if len(pages) > 1:
<details name="menu"{{!' class="here"' if is_here else ""}}><summary>{{group}}\\
% if has_chip:
 <b class="chip" data-number="undecided"{{" hidden" if not decide else ""}}>{{decide}}</b>\\
% end
</summary><div>
% end
% for path, name in pages:
<a href="{{path}}"{{!' aria-current="page"' if name == title else ""}}{{!f' data-key="{keys[path]}"' if path in keys else ""}}>{{name}}\\
% if has_chip and path == "/admin/exceptions":
 <b class="chip" data-number="undecided"{{" hidden" if not decide else ""}}>{{decide}}</b>\\
% end
</a>
% end
% if len(pages) > 1:
</div></details>
% end
% end
</nav>
<form method="post" action="/admin/logout" class="who">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<a href="/admin/me">{{person.name}} <small>{{person.role}}</small></a>
<button class="plain">Sign out</button>
</form>
% end
</header>
<main id="main">
% if get("scarce"):
<p class="bar" role="status">{{scarce}}</p>
% end
{{!base}}
</main>
</body>
</html>
