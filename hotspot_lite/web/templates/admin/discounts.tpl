% rebase("admin/frame.tpl", title="Discounts")
<h1>Discounts</h1>
<p class="hint">A code that customers type on the portal. What is left of the price is what they are asked, and what your takings say. {{"Customers who bring a friend are thanked" if brought.is_on else "Customers who bring a friend are not thanked yet"}}: see <a href="/admin/letters">automatic messages</a>.</p>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Code</th><th scope="col">Takes off</th><th scope="col">Bought with it</th><th scope="col">Paid</th><th scope="col">Last day</th><th scope="col">State</th><th scope="col"><span class="quiet">Stop</span></th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row">{{row["code"]}}</th><td data-name="Takes off">{{row["what"]}}</td><td data-name="Bought with it">{{row["used"]}}</td><td data-name="Paid">{{row["paid"]}}</td><td data-name="Last day">{{row["until"] or "–"}}</td><td data-name="State">{{row["state"]}}</td><td>\\
% if row["state"] == "holds":
<form method="post" action="/admin/discounts/{{row["id"]}}/stop"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="plain" aria-label="Stop {{row["code"]}}">Stop</button></form>\\
% end
</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">No codes yet. What you make below is asked for on the portal as long as one holds.</p>
% end
<form method="post" action="/admin/discounts" class="panel">
<h2>Make a code</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
% for name, label, hint, kind in (("promo", "Code", "3 to 20 letters and digits, like KARIBU20", "text"), ("percent", "Per cent off", "20; empty where you take off an amount", "text"), ("off", "Or an amount off, in " + currency, "10 or 10.50", "text"), ("most", "Buyers in all", "empty: any number", "text"), ("per_phone", "Times for each phone", "1 for a welcome", "text"), ("until", "Last day", "empty: until you stop it", "date")):
% is_wrong = field == name
<div><label for="{{name}}">{{label}}</label>
<input id="{{name}}" name="{{name}}" type="{{kind}}" maxlength="20"{{" required" if name == "promo" else ""}} value="{{values.get(name, "")}}" autocomplete="off" aria-describedby="{{name}}-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
<p class="hint" id="{{name}}-says">{{hint}}</p></div>
% end
<div><label for="plan">Package</label>
<select id="plan" name="plan"><option value="">every one</option>
% for name in plans:
<option{{" selected" if values.get("plan") == name else ""}}>{{name}}</option>
% end
</select></div>
</div>
<button>Make code</button>
</form>
