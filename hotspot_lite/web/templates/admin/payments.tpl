% rebase("admin/frame.tpl", title="Payments")
<h1>Payments</h1>
<form method="get" action="/admin/payments" role="search" class="pick">
<div><label for="q">Phone or receipt</label><input id="q" name="q" type="search" maxlength="40" value="{{asked["q"]}}"></div>
% def choice(name, label, options, anything):
<div><label for="{{name}}">{{label}}</label><select id="{{name}}" name="{{name}}">
% if anything:
<option value="">{{anything}}</option>
% end
% for value, title in options:
<option value="{{value}}"{{" selected" if asked[name] == value else ""}}>{{title}}</option>
% end
</select></div>
% end
% choice("state", "State", [(one, one) for one in states], "all")
% choice("provider", "By", list(providers.items()), "all")
<div><label for="since">From</label><input id="since" name="since" type="date" value="{{asked["since"]}}"></div>
<div><label for="until">To</label><input id="until" name="until" type="date" value="{{asked["until"]}}"></div>
% choice("order", "Order", list(orders.items()), "")
<button>Show</button>
</form>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Asked</th><th scope="col">Phone</th><th scope="col">Amount</th><th scope="col">By</th><th scope="col">Package</th><th scope="col">Receipt</th><th scope="col">State</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row"><a href="/admin/payments/{{row["id"]}}">{{row["at"]}}</a></th><td data-name="Phone">{{row["phone"]}}</td><td data-name="Amount">{{row["amount"]}}</td><td data-name="By">{{row["provider"]}}</td><td data-name="Package">{{row["package"]}}</td><td data-name="Receipt">{{row["receipt"] or "–"}}</td><td data-name="State"><span class="state {{row["state"]}}">{{row["state"]}}</span> <small>{{row["says"]}}</small></td></tr>
% end
</tbody></table></div>
<div class="row">
% if not is_first:
<a class="button" href="/admin/payments?{{here}}">From the beginning</a>
% end
% if more:
<a class="button" href="/admin/payments?{{more}}" rel="next">The next ones</a>
% end
<a class="button" href="/admin/payments.csv?{{here}}" download>All of these as CSV</a>
</div>
% elif is_narrow:
<p class="empty">No payment is like that{{" with “" + asked["q"] + "” in its phone number or receipt" if asked["q"] else ""}}. <a href="/admin/payments">Show all</a></p>
% else:
<p class="empty">No payments yet. Each one that a customer begins is listed here.</p>
% end
