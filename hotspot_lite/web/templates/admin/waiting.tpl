% if waiting:
<form method="post" action="/admin/settings/renew" id="waiting" class="note" role="status">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<p>Changed, and not in use yet:</p>
<ul>
% for name, roles in waiting.items():
<li><code>{{name}}</code> ({{", ".join(roles)}})</li>
% end
</ul>
<p>The box's processes take it up when they start anew. Who is online stays online, and what is being paid goes on.</p>
% if any(name.startswith("radius.") and "radius" not in roles for name, roles in waiting.items()):
<p>FreeRADIUS takes <code>radius.*</code> up with <code>sudo ./install.sh</code></p>
% end
<button>Start them anew now</button>
</form>
% end
