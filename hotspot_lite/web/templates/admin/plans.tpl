% rebase("admin/frame.tpl", title="Packages")
<h1>Packages</h1>
% if plans:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Package</th><th scope="col">Price</th><th scope="col">Time</th><th scope="col">Up/down</th><th scope="col">Data</th><th scope="col">Devices</th><th scope="col">Begins</th></tr></thead>
<tbody>
% for plan in plans:
<tr><th scope="row">{{plan["name"]}}</th><td data-name="Price">{{plan["price"]}}</td><td data-name="Time">{{plan["time"]}}</td><td data-name="Up/down">{{plan["rate"]}}{{", after " + plan["fair"] if plan["fair"] else ""}}</td><td data-name="Data">{{plan["data"]}}</td><td data-name="Devices">{{plan["devices"]}}</td><td data-name="Begins">{{plan["starts"].replace("-", " ")}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nothing is on sale. Customers see what you add here.</p>
% end
% if person.may("manager"):
<form method="post" action="/admin/plans" class="panel">
<h2>Add a package</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
% for name, label, hint, more in (("name", "Name", "What customers see, e.g. Normal 1 Hour", 60), ("price", "Price in " + currency, "20 or 20.50", 12), ("duration", "Time", "30m, 1h, 7d or 2w", 12), ("uptime", "Of it online", "1h; empty: time runs offline too", 12), ("data", "Data", "500M or 2G; empty: no limit", 12), ("rate", "Speed up/down", "2M/4M, with burst 2M/4M 4M/8M 1M/3M 10/10", 80), ("fair", "Fair use", "2G day 512k/1M: after 2 GB in a day (month, all) that speed; empty: none", 60), ("devices", "Devices", "at the same time", 3)):
% is_wrong = field == name
<div><label for="{{name}}">{{label}}</label>
<input id="{{name}}" name="{{name}}" maxlength="{{more}}"{{"" if name in ("data", "uptime", "fair") else " required"}} value="{{values.get(name, "")}}" aria-describedby="{{name}}-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
<p class="hint" id="{{name}}-says">{{hint}}</p></div>
% end
<div><label for="starts">Time begins</label>
<select id="starts" name="starts"><option value="sale">when it is paid</option><option value="first-use"{{" selected" if values.get("starts") == "first-use" else ""}}>at the first login</option></select></div>
</div>
<button>Add package</button>
</form>
% end
