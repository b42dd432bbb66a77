% rebase("admin/frame.tpl", title="Vouchers")
<p><a href="/admin/vouchers">All vouchers</a></p>
<h1>{{terms.name}}</h1>
<p class="hint">{{tally.count}} vouchers for {{time}} at {{price(terms.price_cents)}}, made {{made}} by {{batch.made_by}}.</p>
% include("admin/problem.tpl")
% if prints:
<section class="panel">
<h2>Print</h2>
<p class="hint">{{prints}} that are not used yet, each with a QR code that opens the portal with the code filled in.</p>
<div class="row">
% for name, label in papers.items():
<a class="button" href="/admin/vouchers/{{batch.id}}/print?paper={{name}}">{{label}}</a>
% end
<a class="button" href="/admin/vouchers/{{batch.id}}/codes.csv">CSV</a>
</div>
</section>
% end
<nav class="row" aria-label="Which vouchers">
<a class="chip-link" href="/admin/vouchers/{{batch.id}}"{{!' aria-current="true"' if not state else ""}}>All {{tally.count}}</a>
% for name in states:
% if tally.counts[name]:
<a class="chip-link" href="/admin/vouchers/{{batch.id}}?state={{name}}"{{!' aria-current="true"' if state == name else ""}}>{{name.capitalize()}} {{tally.counts[name]}}</a>
% end
% end
</nav>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Code</th><th scope="col">State</th><th scope="col">Used</th><th scope="col">Device</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row"><code>{{row["code"]}}</code></th><td data-name="State">{{row["state"]}}</td><td data-name="Used">{{row["used"] or "–"}}</td><td data-name="Device">{{row["device"] or "–"}}</td><td>
% if row["prints"]:
<div class="row"><a class="chip-link" href="/admin/vouchers/{{batch.id}}/print?paper=58&amp;voucher={{row["id"]}}">Print</a>
% if row["is_unused"] and may_take_back:
<form method="post" action="/admin/vouchers/{{batch.id}}"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="plain" name="voucher" value="{{row["id"]}}">Take back</button></form>
% end
</div>
% end
</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">None is {{state}}.</p>
% end
% if more:
<p><a class="chip-link" href="/admin/vouchers/{{batch.id}}?{{more}}">The next ones</a></p>
% end
% if may_take_back and tally.counts["unused"]:
<form method="post" action="/admin/vouchers/{{batch.id}}" class="panel">
<h2>Take all unused ones back</h2>
<p class="hint">Where a sheet was lost or stolen: {{tally.counts["unused"]}} codes of this batch will buy nothing any more. What is used or was sold at the till stays.</p>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<button class="danger" name="all" value="1">Take {{tally.counts["unused"]}} back</button>
</form>
% end
