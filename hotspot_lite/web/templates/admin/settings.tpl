% rebase("admin/frame.tpl", title="Settings")
<h1>Settings</h1>
% if done:
<p class="note good" role="status">{{done}} is changed.</p>
% end
% if problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
% include("admin/waiting.tpl")
<nav aria-label="Settings">
% for title, rows in groups:
<a class="chip-link" href="#{{rows[0]["name"]}}">{{title}}</a>
% end
</nav>
% for title, rows in groups:
<h2>{{title}}</h2>
% for one in rows:
<form method="post" action="/admin/settings" class="panel setting" id="{{one["name"]}}">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="name" value="{{one["name"]}}">
<label for="v-{{one["name"]}}"><code>{{one["name"]}}</code>{{" · changed" if one["is_changed"] else ""}}</label>
<p class="hint" id="h-{{one["name"]}}">{{one["help"]}}{{" Never shown. In config.toml it is better kept: FreeRADIUS can read the database." if one["is_secret"] and not one["is_locked"] else ""}}</p>
% if one["name"] in waiting:
<p class="hint" role="status">{{"Changed. " if done == one["name"] else ""}}Not in use yet. <a href="#waiting">Start the box's processes anew</a></p>
% elif done == one["name"]:
<p class="hint" role="status">Changed.</p>
% end
% is_wrong = wrong == one["name"]
% if one["is_locked"]:
<p>{{"(secret)" if one["is_secret"] and one["is_set"] else one["value"] or "-"}} <span class="hint">Set in {{"config.toml" if one["origin"] == "file" else "the environment" if one["origin"] == "environment" else "config.toml only"}}.</span></p>
% else:
% if one["is_flag"]:
<select id="v-{{one["name"]}}" name="value" aria-describedby="h-{{one["name"]}}"><option{{" selected" if one["value"] == "yes" else ""}}>yes</option><option{{" selected" if one["value"] == "no" else ""}}>no</option></select>
% elif one["is_secret"]:
<input type="text" autocomplete="username" value="{{one["name"]}}" hidden>
<input id="v-{{one["name"]}}" name="value" type="password" autocomplete="new-password" placeholder="{{"set; type a new one to change it" if one["is_set"] else "not set"}}" aria-describedby="h-{{one["name"]}}"{{!" aria-invalid=true" if is_wrong else ""}}>
% else:
<input id="v-{{one["name"]}}" name="value" maxlength="2000" value="{{typed if is_wrong else one["value"]}}" aria-describedby="h-{{one["name"]}}"{{!" aria-invalid=true" if is_wrong else ""}}>
% end
<div class="row"><button class="second">Save</button>
% if one["is_changed"]:
<button class="plain" name="default" value="1" formnovalidate>Back to the default{{f": {one['default']}" if one["default"] and not one["is_secret"] else ""}}</button>
% end
</div>
% end
</form>
% end
% end
