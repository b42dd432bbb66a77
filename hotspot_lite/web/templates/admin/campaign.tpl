% rebase("admin/frame.tpl", title="Messages", refresh=refresh)
% counts = one["counts"]
<h1>{{one["name"]}}</h1>
<p class="letter">{{one["text"]}}</p>
<p class="hint">{{one["channel"]}} to: {{one["to"]}} {{one["search"]}}. Begun {{one["at"]}} by {{one["who"]}}.</p>
<p role="status"><meter min="0" max="{{counts.total}}" value="{{counts.total - counts.waiting}}" aria-label="done"></meter> {{counts}} of {{counts.total}}{{f", {counts.waiting} to go" if counts.waiting else ""}}{{", cancelled" if one["state"] == "cancelled" else ""}}</p>
<div class="row">
% if one["state"] == "sending":
<form method="post" action="/admin/messages/{{one["id"]}}/cancel"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="second">Send no more</button></form>
% elif counts.failed:
<form method="post" action="/admin/messages/{{one["id"]}}/again"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="second">Send the {{counts.failed}} that did not leave</button></form>
% end
</div>
% if counts.uncertain:
<p class="hint">Uncertain: the gateway did not answer, or the box lost power just then. They may have arrived, so they are not sent again.</p>
% end
<p class="hint"><a class="chip-link" href="/admin/messages/{{one["id"]}}"{{!' aria-current="true"' if not state else ""}}>All</a>
% for name, label in states.items():
<a class="chip-link" href="/admin/messages/{{one["id"]}}?state={{name}}"{{!' aria-current="true"' if name == state else ""}}>{{label}}</a>
% end
</p>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">To</th><th scope="col">State</th><th scope="col">Text</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row">{{row["to"]}}</th><td data-name="State">{{row["state"]}}{{f": {row['says']}" if row["says"] else ""}}{{f", {row['delivery']}" if row["delivery"] else ""}}</td><td data-name="Text">{{row["text"]}}</td></tr>
% end
</tbody></table></div>
<p class="hint">At most 200 are shown. <a href="/admin/messages/{{one["id"]}}.csv" download>All of them as CSV</a></p>
% else:
<p class="empty">None are in that state.</p>
% end
<p><a href="/admin/messages">All messages</a></p>
