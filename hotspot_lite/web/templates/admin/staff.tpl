% rebase("admin/frame.tpl", title="Staff")
<h1>Staff</h1>
% if shown[1]:
<section class="panel handed" role="status"><h2>The password of {{shown[0]}}</h2>
<p class="codes"><b>{{shown[1]}}</b></p>
<p class="hint">It is shown this once. {{shown[0]}} must choose another at the first sign-in.</p></section>
% end
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Name</th><th scope="col">Role</th><th scope="col">Second factor</th><th scope="col">Signed in</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for one in people:
<tr><th scope="row">{{one["name"]}}{{" (locked)" if one["is_locked"] else ""}}</th>
<td data-name="Role"><form method="post" action="/admin/staff" class="row"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="name" value="{{one["name"]}}">
<select name="role" aria-label="Role of {{one["name"]}}">
% for role in roles:
<option{{" selected" if role == one["role"] else ""}}>{{role}}</option>
% end
</select><button class="second" name="do" value="role">Change</button></form></td>
<td data-name="Second factor">{{"on" if one["has_factor"] else "off"}}</td><td data-name="Signed in">{{one["seen"] or "-"}}{{", password to change" if one["must_change"] else ""}}</td>
<td><form method="post" action="/admin/staff" class="row"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="name" value="{{one["name"]}}">
<button class="plain" name="do" value="password">New password</button>
<button class="plain" name="do" value="{{"unlock" if one["is_locked"] else "lock"}}">{{"Let in again" if one["is_locked"] else "Lock"}}</button>
% if one["has_factor"]:
<button class="plain" name="do" value="factor-off">Factor off</button>
% end
</form></td></tr>
% end
</tbody></table></div>
<form method="post" action="/admin/staff" class="panel">
<h2>Add somebody</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
<div><label for="name">Name</label><input id="name" name="name" maxlength="40" required value="{{typed}}"{{!" aria-invalid=true" if field == "name" else ""}}></div>
<div><label for="role">Role</label><select id="role" name="role">
% for role, may in roles.items():
<option value="{{role}}"{{" selected" if role == "cashier" else ""}}>{{role}}: {{may}}</option>
% end
</select></div>
</div>
<button name="do" value="add">Add</button>
<p class="hint">A password is made and shown once; it must be changed at the first sign-in.</p>
</form>
