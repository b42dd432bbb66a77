% rebase("admin/frame.tpl", title="Imports", refresh=refresh)
<h1>{{one["file"]}}</h1>
<p class="hint">{{one["kind"]}}, sent {{one["at"]}} by {{one["who"]}}.</p>
% state = one["state"]
% if state == "failed":
<p class="wrong" role="alert">{{one["says"]}}</p>
% elif state == "checking":
<p role="status">It is being looked at: {{one["good"]}} rows are good, {{one["refused"]}} would be refused so far.</p>
% elif state == "checked":
<p role="status"><b>{{one["good"]}}</b> rows can be taken in, <b>{{one["refused"]}}</b> would be refused. Nothing was taken in yet.</p>
% elif state == "running":
<p role="status">It is being taken in: {{one["good"]}} rows, {{one["refused"]}} refused so far. You can leave this page.</p>
% elif state == "done":
<p role="status"><b>{{one["good"]}}</b> rows were taken in, <b>{{one["refused"]}}</b> were refused.</p>
% else:
<p role="status">Cancelled; {{one["good"]}} rows were dealt with before.</p>
% end
<div class="row">
% if state == "checked" and one["good"]:
<form method="post" action="/admin/imports/{{one["id"]}}/accept"><input type="hidden" name="csrf" value="{{person.csrf}}"><button>Take in {{one["good"]}} {{"row" if one["good"] == 1 else "rows"}}</button></form>
% end
% if state in ("checking", "checked", "running"):
<form method="post" action="/admin/imports/{{one["id"]}}/cancel"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="second">Cancel</button></form>
% end
</div>
% if refused:
<h2>Refused</h2>
<p><a href="/admin/imports/{{one["id"]}}/refused.csv" download>Download them all</a>, mend them, and send that file again.</p>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Line</th><th scope="col">Why</th>
% for head in heads[:6]:
<th scope="col">{{head}}</th>
% end
</tr></thead>
<tbody>
% for row in refused:
<tr><th scope="row">{{row["line"]}}</th><td data-name="Why">{{row["why"]}}</td>
% for head, cell in zip(heads, row["cells"][:6]):
<td data-name="{{head}}">{{cell[:60]}}</td>
% end
</tr>
% end
</tbody></table></div>
% if one["refused"] > len(refused):
<p class="hint">The first {{len(refused)}} are shown; the file has all.</p>
% end
% end
<p><a href="/admin/imports">All imports</a></p>
