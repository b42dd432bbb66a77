% rebase("admin/frame.tpl", title="Packages")
<h1>Packages</h1>
% if plans:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Package</th><th scope="col">Price</th><th scope="col">Time</th><th scope="col">Up/down</th><th scope="col">Data</th><th scope="col">Devices</th><th scope="col">Begins</th></tr></thead>
<tbody>
% for plan in plans:
% title = '<a href="/admin/plans/' + plan["id"] + '">' if person.may("manager") else ""
<tr><th scope="row">{{!title}}{{plan["name"]}}{{!"</a>" if title else ""}}</th><td data-name="Price">{{plan["price"]}}</td><td data-name="Time">{{plan["time"]}}</td><td data-name="Up/down">{{plan["rate"]}}{{", after " + plan["fair"] if plan["fair"] else ""}}{{", " + plan["happy"] if plan["happy"] else ""}}</td><td data-name="Data">{{plan["data"]}}</td><td data-name="Devices">{{plan["devices"]}}</td><td data-name="Begins">{{plan["begins"]}}{{f", {plan['pauses']} pauses" if plan["pauses"] != "0" else ""}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nothing is on sale. Customers see what you add here.</p>
% end
% if person.may("manager"):
% if is_unseen:
<p class="note">Customers don't see free packages yet: only the router can tell that a device is what it says it is. Set <code>router.host</code>.</p>
% end
% if off_sale:
<h2>Not on sale</h2>
<ul>
% for plan in off_sale:
<li><a href="/admin/plans/{{plan["id"]}}">{{plan["name"]}}</a>, {{plan["price"]}}, {{plan["time"]}}</li>
% end
</ul>
% end
<form method="post" action="/admin/plans" class="panel">
<h2>Add a package</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
% include("admin/plan_fields.tpl")
<button>Add package</button>
</form>
% end
