% rebase("admin/frame.tpl", title="Money audit", refresh=refresh, module=module)
<h1>Money audit</h1>
<p class="hint">Each night the box holds the money it took against the time it gave, and walks the ledger's chain from its first fact. An M-Pesa statement shows besides whether M-Pesa agrees.</p>
% if problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
% if refresh:
<p class="hint" role="status">The audit runs; this page shows it in a moment.</p>
% end
<form method="post" action="/admin/money-audit">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<button>Audit now</button>
</form>
<h2>Compare with M-Pesa</h2>
<form method="post" action="/admin/money-audit" data-statement="/admin/money-audit/statement">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<input type="hidden" name="with" value="1">
<label for="statement">M-Pesa statement (CSV of the organisation portal)</label>
<input id="statement" type="file" accept=".csv,text/csv" required>
<label class="tick"><input type="checkbox" name="take" value="1"> Bring in what it knows better: missing receipts, lost prompts, unknown money to match</label>
<button class="second">Compare</button>
<p class="hint" role="status" data-says></p>
<noscript><p class="hint">Without JavaScript: hotspot-lite payment audit --statement FILE</p></noscript>
</form>
% if shown:
<h2>{{shown["at"]}}, {{"at night" if shown["who"] == "nightly" else "by " + shown["who"]}}</h2>
<p{{!' class="wrong"' if shown["wrong"] else ""}}>{{shown["says"]}}</p>
% told = shown["statement"]
% if told:
<p>The statement had {{told["rows"]}} rows with {{price(told["came_cents"])}} from customers: {{told["known"]}} agree; taken in: {{told["filled"]}} receipts, {{told["paid"]}} prompts, {{told["left"]}} transfers.</p>
% end
% for group in shown["groups"]:
<h3>{{group["title"]}} ({{group["count"]}})</h3>
<p class="hint">{{group["means"]}}</p>
<ul>
% for row in group["rows"]:
<li>\\
% if row["payment_id"]:
<a href="/admin/payments/{{row["payment_id"]}}">{{row["says"]}}</a>\\
% else:
{{row["says"]}}\\
% end
</li>
% end
</ul>
% if group["count"] > len(group["rows"]):
<p class="hint">The first {{len(group["rows"])}} are shown.</p>
% end
% end
% if shown["days"]:
<h2>By day</h2>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Day</th><th scope="col">By</th><th scope="col">Payments</th><th scope="col">Taken</th><th scope="col">Given</th><th scope="col">Given back</th></tr></thead>
<tbody>
% for day in shown["days"]:
<tr><th scope="row">{{day["day"]}}</th><td data-name="By">{{day["provider"]}}</td><td data-name="Payments">{{day["count"]}}</td><td data-name="Taken">{{price(day["taken"])}}</td><td data-name="Given">{{price(day["given"])}}</td><td data-name="Given back">{{price(day["back"])}}</td></tr>
% end
</tbody></table></div>
% end
<p class="hint">The ledger ends at <code>{{shown["end"]}}</code>. Note it somewhere else: <code>hotspot-lite payment audit --anchor {{shown["end"]}}</code> then proves that nobody cut it off.</p>
% else:
<p class="empty">No audit was made yet. The first one comes by itself tonight.</p>
% end
% if len(audits) > 1:
<h2>Earlier audits</h2>
<ul class="plain">
% for one in audits:
<li><a href="/admin/money-audit/{{one["id"]}}">{{one["at"]}}</a> {{one["who"]}}: {{"all agrees" if not one["wrong"] else str(one["wrong"]) + " wrong"}}</li>
% end
</ul>
% end
