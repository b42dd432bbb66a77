% rebase("admin/frame.tpl", title="Health", refresh=refresh)
<h1>Health</h1>
<p class="hint">What <code>hotspot-lite doctor</code> finds: the box, its machine and network, its processes, RADIUS, queue, money, backups and updates. What only root may read, such as the kernel's log, is not in it: <code>sudo dmesg</code>.</p>
% for one in wrong:
<p class="wrong" role="alert">{{one.says}}</p>
% end
% if told:
% include("admin/errand.tpl", errand=told)
% end
<form method="post" action="/admin/health">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<button{{!' class="second"' if told and told["is_open"] else ""}}>Examine now</button>
</form>
% if told and told["state"] == "done":
% if not sections:
<p class="said">All is well: {{sum(len(rows) for rows in well.values())}} things were looked at.</p>
% end
% for name, rows in sections.items():
<h2>{{name[:1].upper() + name[1:]}}</h2>
<ul class="rows findings">
% for one in rows:
<li class="{{"bad" if one["level"] == "broken" else ""}}"><b>{{one["level"]}}</b><span>{{one["says"]}}\\
% if one["impact"]:
<br>{{one["impact"]}}\\
% end
% if one["remedy"]:
<br><b>{{one["remedy"]}}</b>\\
% end
% for line in one["details"]:
<br><small>{{line}}</small>\\
% end
<br><small><code>{{one["code"]}}</code>{{", mended by hotspot-lite doctor --fix" if one["fixable"] else ""}}</small></span></li>
% end
</ul>
% end
% if well:
<details class="panel">
<summary><b>What is well</b></summary>
% for name, rows in well.items():
<h2>{{name[:1].upper() + name[1:]}}</h2>
<ul class="rows">
% for one in rows:
<li class="good"><span>{{one["says"]}}</span></li>
% end
</ul>
% end
</details>
% end
% elif not told:
<p class="empty">The box was not examined from here yet.</p>
% end
