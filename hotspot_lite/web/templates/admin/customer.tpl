% rebase("admin/frame.tpl", title="Customers")
<p><a href="/admin/customers">All customers</a></p>
<h1>{{one["login"]}}</h1>
<p>{{one["phone"] or "No phone: by voucher"}}, since {{one["since"]}}.</p>
% if problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
% def action(do, label, style="second", **more):
<form method="post" action="/admin/customers/{{one["id"]}}"><input type="hidden" name="csrf" value="{{person.csrf}}">
% for name, value in more.items():
<input type="hidden" name="{{name}}" value="{{value}}">
% end
<button class="{{style}}" name="do" value="{{do}}">{{label}}</button></form>
% end
% if is_live:
<form method="post" action="/admin/customers/{{one["id"]}}" class="panel">
<h2>Give more time</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<div class="fields">
<div><label for="minutes">Minutes</label><input id="minutes" name="minutes" inputmode="numeric" maxlength="5" required value="{{values.get("minutes", "")}}"{{!" aria-invalid=true" if field == "minutes" else ""}}></div>
<div><label for="why">Why</label><input id="why" name="why" maxlength="200" required autocomplete="off" value="{{values.get("why", "")}}"{{!" aria-invalid=true" if field == "why" else ""}}></div>
</div>
<button name="do" value="lengthen">Give</button>
<p class="hint">For nothing; it is in the audit log. What was bought after it begins as much later.</p>
</form>
% if one["phone"]:
<div class="row">
% action("resend", "Send the login by SMS again")
</div>
% end
% end
<h2>Notes</h2>
% if notes:
<ul>
% for when, who, text in notes:
<li>{{text}} <small>{{who}}, {{when}}</small></li>
% end
</ul>
% end
<form method="post" action="/admin/customers/{{one["id"]}}" class="panel"><input type="hidden" name="csrf" value="{{person.csrf}}">
<label for="note">A note for the next at the counter</label>
<input id="note" name="note" maxlength="500" required autocomplete="off" value="{{values.get("note", "")}}"{{!" aria-invalid=true" if field == "note" else ""}}>
<button name="do" value="note" class="second">Write down</button></form>
<h2>Time</h2>
% if times:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Package</th><th scope="col">Bought</th><th scope="col">Until</th><th scope="col">State</th><th scope="col">Used</th></tr></thead>
<tbody>
% for row in times:
<tr><th scope="row">\\
% if row["payment"]:
<a href="/admin/payments/{{row["payment"]}}">{{row["plan"]}}</a>\\
% else:
{{row["plan"]}}\\
% end
</th><td data-name="Bought">{{row["bought"]}}</td><td data-name="Until">{{row["until"] or "–"}}</td><td data-name="State">{{row["state"]}} <small>{{row["says"]}}</small></td><td data-name="Used">{{row["used"]}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nothing was bought yet.</p>
% end
<h2>Devices</h2>
% if devices:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Device</th><th scope="col">Address</th><th scope="col">Seen</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for row in devices:
<tr><th scope="row">{{row["mac"]}}{{" (blocked)" if row["is_blocked"] else ""}}</th><td data-name="Address">{{row["ip"]}}</td><td data-name="Seen">{{row["seen"]}}</td><td><div class="row">
% action("kick", "Put out", "plain", mac=row["mac"])
% action("unblock" if row["is_blocked"] else "block", "Let in again" if row["is_blocked"] else "Block", "plain", mac=row["mac"])
</div></td></tr>
% end
</tbody></table></div>
<p class="hint">Put out, a device may log in again; blocked, it may not for 30 days.</p>
% else:
<p class="empty">No device was seen yet.</p>
% end
% if moved:
<p class="note" role="status">{{moved}}</p>
% end
% if is_live:
<form method="post" action="/admin/customers/{{one["id"]}}" class="panel">
<h2>Move the time to another device</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<label for="device">End of its MAC address</label>
<input id="device" name="device" maxlength="40" required autocomplete="off" value="{{values.get("device", "")}}" aria-describedby="device-says"{{!" aria-invalid=true" if field == "device" else ""}}>
<p class="hint" id="device-says">The last six letters, while the device is on this WiFi</p>
<button name="do" value="move" class="second">Move</button>
</form>
% end
<h2>Sessions</h2>
% if sessions:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">From</th><th scope="col">To</th><th scope="col">Device</th><th scope="col">Used</th><th scope="col">Ended by</th></tr></thead>
<tbody>
% for row in sessions:
<tr><th scope="row">{{row["from"]}}</th><td data-name="To">{{row["to"]}}</td><td data-name="Device">{{row["mac"]}}</td><td data-name="Used">{{row["used"]}}</td><td data-name="Ended by">{{row["cause"] or "–"}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Never online yet.</p>
% end
<h2>Payments</h2>
% if payments:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Asked</th><th scope="col">Amount</th><th scope="col">Receipt</th><th scope="col">State</th></tr></thead>
<tbody>
% for row in payments:
<tr><th scope="row"><a href="/admin/payments/{{row["id"]}}">{{row["at"]}}</a></th><td data-name="Amount">{{row["amount"]}}</td><td data-name="Receipt">{{row["receipt"] or "–"}}</td><td data-name="State"><span class="state {{row["state"]}}">{{row["state"]}}</span></td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">No payment of this phone.</p>
% end
<h2>Messages</h2>
% if messages:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Written</th><th scope="col">What</th><th scope="col">State</th></tr></thead>
<tbody>
% for row in messages:
<tr><th scope="row">{{row["at"]}}</th><td data-name="What">{{row["kind"]}}</td><td data-name="State">{{row["state"]}}{{f", {row['delivery']} {row['delivered']}".rstrip() if row["delivery"] else ""}} <small>{{row["says"]}}</small></td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">No message was written.</p>
% end
<form method="post" action="/admin/customers/{{one["id"]}}" class="panel">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<label for="email">E-mail</label><input id="email" name="email" type="email" maxlength="200" value="{{email}}"{{!" aria-invalid=true" if field == "email" else ""}}>
<button class="second" name="do" value="email">Keep</button>
</form>
