% rebase("admin/frame.tpl", title="Payments")
<h1>Payments</h1>
<form method="get" action="/admin/payments" role="search" class="search">
<label for="q">Phone or receipt</label>
<div><input id="q" name="q" type="search" maxlength="40" value="{{q}}"><button>Search</button></div>
</form>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Asked</th><th scope="col">Phone</th><th scope="col">Amount</th><th scope="col">By</th><th scope="col">Package</th><th scope="col">Receipt</th><th scope="col">State</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row"><a href="/admin/payments/{{row["id"]}}">{{row["at"]}}</a></th><td data-name="Phone">{{row["phone"]}}</td><td data-name="Amount">{{row["amount"]}}</td><td data-name="By">{{row["provider"]}}</td><td data-name="Package">{{row["package"]}}</td><td data-name="Receipt">{{row["receipt"] or "–"}}</td><td data-name="State"><span class="state {{row["state"]}}">{{row["state"]}}</span> <small>{{row["says"]}}</small></td></tr>
% end
</tbody></table></div>
% if len(rows) == most:
<p class="hint">The newest {{most}} are shown. Search for older ones.</p>
% end
% elif q:
<p class="empty">No payment has “{{q}}” in its phone number or receipt.</p>
% else:
<p class="empty">No payments yet. Each one that a customer begins is listed here.</p>
% end
