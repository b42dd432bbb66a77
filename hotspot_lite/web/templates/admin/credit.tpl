% rebase("admin/frame.tpl", title="Credit")
<h1>Credit</h1>
<p class="hint">Customers who have bought before may have one package now and pay it with their next purchase on the portal: the prompt asks for both. Who owes has no second one.</p>
% if is_unseen:
<p class="note">Customers don't see it yet: only the router can tell that a device is what it says it is. Set <code>router.host</code>.</p>
% end
<form method="post" action="/admin/credit" class="panel">
<h2>What you lend</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
<div><label for="plan">Package</label>
<select id="plan" name="plan"><option value="">none</option>
% for name in plans:
<option{{" selected" if name == lent else ""}}>{{name}}</option>
% end
</select></div>
<div><label for="purchases">After so many purchases</label>
<input id="purchases" name="purchases" inputmode="numeric" maxlength="4" value="{{purchases}}" aria-describedby="purchases-says"{{!" aria-invalid=true autofocus" if field == "purchases" else ""}}>
<p class="hint" id="purchases-says">by the same phone, paid</p></div>
</div>
<button>Save</button>
</form>
<h2>Who owes</h2>
% if rows:
<p><b>{{owed}}</b> in all.</p>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Customer</th><th scope="col">Owes</th><th scope="col">For</th><th scope="col">Since</th><th scope="col"><span class="quiet">Forgive</span></th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row"><a href="/admin/customers/{{row["customer_id"]}}">{{row["who"]}}</a></th><td data-name="Owes">{{row["amount"]}}</td><td data-name="For">{{row["what"]}}</td><td data-name="Since">{{row["since"]}}</td><td><form method="post" action="/admin/credit/{{row["id"]}}/forgive"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="plain" aria-label="Forgive {{row["who"]}}">Forgive</button></form></td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nobody owes. Who takes the package on credit is listed here until the next purchase pays it.</p>
% end
