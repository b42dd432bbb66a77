% rebase("admin/frame.tpl", title="Till report")
<h1>Till of {{shift.staff}}</h1>
<p class="hint">{{box_name}}, shift {{shift.id}}, from {{opened}} to {{closed or "now"}}{{", closed by " + shift.closed_by if shift.closed_by else ""}}. <a class="screen" href="/admin/cash">Cash</a></p>
<dl class="till">
<div><dt>In the till at the start</dt><dd>{{price(shift.float_cents)}}</dd></div>
<div><dt>Sold, {{report.sold}}</dt><dd>{{price(report.sold_cents)}}</dd></div>
<div><dt>Given back, {{report.voided}}</dt><dd>{{"−" if report.voided else ""}}{{price(report.voided_cents)}}</dd></div>
<div><dt>Expected in the till</dt><dd>{{price(report.expected_cents)}}</dd></div>
% if shift.counted_cents is not None:
<div><dt>Counted</dt><dd>{{price(shift.counted_cents)}}</dd></div>
<div class="{{"wrong" if difference else "right"}}"><dt>Difference</dt><dd>{{difference or price(0)}}</dd></div>
% end
</dl>
% if shift.note:
<p>Note: {{shift.note}}</p>
% end
% if report.by_package:
<h2>By package</h2>
<table><thead><tr><th scope="col">Package</th><th scope="col">Sold</th><th scope="col">Money</th></tr></thead><tbody>
% for name, (count, cents) in report.by_package.items():
<tr><th scope="row">{{name}}</th><td>{{count}}</td><td>{{price(cents)}}</td></tr>
% end
</tbody></table>
% end
<h2>Sales</h2>
% include("admin/cash_sales.tpl")
% if shift.closed_at is None:
% include("admin/cash_close.tpl")
% end
