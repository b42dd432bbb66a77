% rebase("admin/frame.tpl", title="Programs")
<h1>Programs</h1>
<p class="hint">Your own programs ask the box at <code>/api/v1</code>; what there is stands in <a href="/api/v1/openapi.json">its OpenAPI document</a>. And the box calls them when something happens.</p>
% if token:
<section class="panel handed" role="status"><h2>The new token</h2>
<p><code>{{token}}</code></p>
<p class="hint">It is shown this once. Whoever has it may do what its scope says: keep it as a password.</p></section>
% end
% if secret:
<section class="panel handed" role="status"><h2>The webhook's secret</h2>
<p><code>{{secret}}</code></p>
<p class="hint">It is shown this once. With it a program checks <code>X-Hotspot-Signature: t=…,v1=…</code>: HMAC-SHA256 of t, a dot and the body.</p></section>
% end
% def doing(do, row_id, label, style="plain"):
<form method="post" action="/admin/programs"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="id" value="{{row_id}}"><button class="{{style}}" name="do" value="{{do}}">{{label}}</button></form>
% end
<h2>Tokens</h2>
% if tokens:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Program</th><th scope="col">Scope</th><th scope="col">Made</th><th scope="col">Used</th><th scope="col">Good until</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for one in tokens:
<tr><th scope="row">{{one["name"]}}</th><td data-name="Scope">{{one["scope"]}}</td><td data-name="Made">{{one["made"]}}</td><td data-name="Used">{{one["used"]}}</td><td data-name="Good until">{{one["until"]}}</td><td><div class="row">
% doing("revoke", one["id"], "Revoke")
</div></td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">No program may ask yet. Make a token for each, so that you can take it back alone.</p>
% end
<form method="post" action="/admin/programs" class="panel">
<h2>Make a token</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if wrong == "make-token":
% include("admin/problem.tpl")
% end
<div class="fields">
<div><label for="name">Program</label><input id="name" name="name" maxlength="60" required autocomplete="off" value="{{values["name"]}}"{{!" aria-invalid=true" if field == "name" else ""}}></div>
<div><label for="scope">May</label><select id="scope" name="scope">
% for name, says in scopes.items():
<option value="{{name}}"{{" selected" if values["scope"] == name else ""}}>{{name}}: {{says}}</option>
% end
</select></div>
<div><label for="days">Good for days</label><input id="days" name="days" type="number" inputmode="numeric" min="0" max="3650" required value="{{values["days"] or 365}}" aria-describedby="days-says"{{!" aria-invalid=true" if field == "days" else ""}}><p class="hint" id="days-says">0: until you revoke it</p></div>
</div>
<button name="do" value="make-token">Make</button>
</form>
<h2>Webhooks</h2>
% if hooks:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Address</th><th scope="col">Hears</th><th scope="col">State</th><th scope="col">Last told</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for one in hooks:
<tr><th scope="row">{{one["url"]}}</th><td data-name="Hears">{{one["types"]}}</td><td data-name="State"><span class="state {{"failed" if one["state"] in ("failing", "paused") else ""}}">{{one["state"]}}</span> <small>{{one["says"]}}</small></td><td data-name="Last told">{{one["told"]}}</td><td><div class="row">
% if one["is_paused"]:
% doing("resume-hook", one["id"], "Go on")
% end
% doing("delete-hook", one["id"], "Delete")
</div></td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nobody is called yet. An address that you add hears of every payment, login and trouble within seconds, again and again until it answers 2xx.</p>
% end
<form method="post" action="/admin/programs" class="panel">
<h2>Add a webhook</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if wrong == "add-hook":
% include("admin/problem.tpl")
% end
<div class="fields">
<div><label for="url">Address</label><input id="url" name="url" type="url" maxlength="500" required value="{{values["url"]}}"{{!" aria-invalid=true" if field == "url" else ""}}></div>
<div><label for="types">Events</label><input id="types" name="types" maxlength="500" value="{{values["types"]}}" aria-describedby="types-says"{{!" aria-invalid=true" if field == "types" else ""}}><p class="hint" id="types-says">payment_processed payment_failed user_provisioned …; empty: all</p></div>
</div>
<button name="do" value="add-hook">Add</button>
</form>
