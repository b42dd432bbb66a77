% rebase("admin/frame.tpl", title="Reports", refresh=refresh)
<h1>Reports</h1>
% if problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
<form method="get" action="/admin/reports" class="pick">
<div><label for="report">Report</label>
<select id="report" name="report">
% for group, kinds in groups:
<optgroup label="{{group}}">
% for one in kinds:
<option value="{{one.name}}"{{" selected" if one.name == kind.name else ""}}>{{one.title}}</option>
% end
</optgroup>
% end
</select></div>
<div><label for="first">From</label><input id="first" name="first" type="date" value="{{span.first if span else asked["first"]}}"{{!' aria-invalid="true"' if field == "first" else ""}}></div>
<div><label for="last">To</label><input id="last" name="last" type="date" value="{{span.last if span else asked["last"]}}"{{!' aria-invalid="true"' if field == "last" else ""}}></div>
<button>Show</button>
</form>
<p class="hint">\\
% for name, first, last in spans:
<a class="chip-link" href="/admin/reports?report={{kind.name}}&amp;first={{first}}&amp;last={{last}}">{{name}}</a>
% end
</p>
% if span:
<h2>{{kind.title}}, {{span}}</h2>
% end
% if shown:
% if shown["note"]:
<p class="hint">{{shown["note"]}}</p>
% end
% if shown["rows"]:
<div class="scroll"><table class="cards">
<thead><tr>
% for column in shown["columns"]:
<th scope="col"{{!' class="figure"' if column.kind != "text" else ""}}>{{column.name}}</th>
% end
% if shown["values"]:
<th scope="col"><span class="quiet">Drawn</span></th>
% end
</tr></thead>
<tbody>
% for number, row in enumerate(shown["rows"]):
<tr>
% for column, cell in zip(shown["columns"], row):
% if column is shown["columns"][0]:
<th scope="row">{{cell or "-"}}</th>
% else:
<td data-name="{{column.name}}"{{!' class="figure"' if column.kind != "text" else ""}}>{{cell or "-"}}</td>
% end
% end
% if shown["values"]:
<td><meter min="0" max="{{shown["most"]}}" value="{{max(0, shown["values"][number])}}" aria-label="of the largest"></meter></td>
% end
</tr>
% end
</tbody>
% if shown["total"]:
<tfoot><tr>
% for column, cell in zip(shown["columns"], shown["total"]):
% if column is shown["columns"][0]:
<th scope="row">{{cell}}</th>
% else:
<td data-name="{{column.name}}"{{!' class="figure"' if column.kind != "text" else ""}}>{{cell}}</td>
% end
% end
% if shown["values"]:
<td></td>
% end
</tr></tfoot>
% end
</table></div>
% if shown["is_cut"]:
<p class="hint">The first {{len(shown["rows"])}} rows are shown; a file has all.</p>
% end
% else:
<p class="empty">Nothing in these days. Choose others above.</p>
% end
% elif span:
<p class="empty">This one is long: make a file of it.</p>
% end
% if span:
<form method="post" action="/admin/exports" class="row">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="report" value="{{kind.name}}"><input type="hidden" name="first" value="{{span.first}}"><input type="hidden" name="last" value="{{span.last}}">
% for value, name in formats.items():
<button class="second" name="format" value="{{value}}">{{name}}</button>
% end
</form>
% end
<h2 id="exports">Files</h2>
% if exports:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Report</th><th scope="col">Days</th><th scope="col">Asked</th><th scope="col">State</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for one in exports:
<tr><th scope="row">{{one["title"]}} <small>{{one["format"]}}</small></th><td data-name="Days">{{one["days"]}}</td><td data-name="Asked">{{one["at"]}} by {{one["who"]}}</td>
<td data-name="State">\\
% if one["state"] == "done":
{{one["rows"]}} rows, {{one["size"]}}; kept for {{one["left"]}}\\
% elif one["state"] == "failed":
<span class="wrong">{{one["says"]}}</span>\\
% elif one["state"] == "running":
being written, {{one["rows"]}} rows\\
% else:
{{one["state"]}}\\
% end
</td><td>\\
% if one["state"] == "done":
<a href="/admin/exports/{{one["ref"]}}" download>Download</a>\\
% elif one["state"] in ("failed", "cancelled"):
<form method="post" action="/admin/exports/again"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="id" value="{{one["id"]}}"><button class="plain">Try again</button></form>\\
% else:
<form method="post" action="/admin/exports/cancel"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="id" value="{{one["id"]}}"><button class="plain">Cancel</button></form>\\
% end
</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Files that you ask for appear here while they are made, and stay for a week. You can leave this page meanwhile.</p>
% end
