<!doctype html>
<html lang="en" class="paper-{{paper}}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>{{terms.name}} · {{box_name}}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/static/print.css?v={{version_of("print.css")}}">
<script type="module" src="/static/print.js?v={{version_of("print.js")}}"></script>
</head>
<body>
<nav aria-label="Printing">
<a href="/admin/vouchers/{{batch.id}}">Back</a>
% for name, label in papers.items():
<a href="?paper={{name}}{{"&voucher=%d" % only if only else ""}}"{{!' aria-current="true"' if name == paper else ""}}>{{label}}</a>
% end
% if more:
<a href="?paper={{paper}}&amp;after={{more}}">The next ones</a>
% end
<button id="print" type="button" hidden>Print</button>
</nav>
% if slips:
<ul>
% for code, svg in slips:
<li><b>{{box_name}}</b>{{!svg}}<strong>{{code}}</strong><span>{{terms.name}} · {{price(terms.price_cents)}}</span><span>{{time}}</span><small>Join the WiFi and scan, or open {{portal.partition("://")[2]}} and type the code.</small></li>
% end
</ul>
% else:
<p>Nothing to print: it is used or was taken back.</p>
% end
</body>
</html>
