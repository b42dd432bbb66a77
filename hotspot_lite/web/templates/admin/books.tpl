% rebase("admin/frame.tpl", title="Books", refresh=refresh)
<h1>Books</h1>
% if not is_on:
<p class="empty">No accounting system is set. With <code>moysklad.token</code> the packages, the sales and their money go to MoySklad by themselves, once each. <a href="/admin/settings#moysklad.token">Enter it</a></p>
% elif kept.is_shut:
<p class="wrong" role="alert">Stopped: {{kept.says}}</p>
<form method="post" action="/admin/books/resume"><input type="hidden" name="csrf" value="{{person.csrf}}"><button>I have looked: go on</button></form>
% elif wait:
<p class="note" role="status">It waits {{wait}}: {{kept.says}}</p>
% end
% if is_on or calls or any(n for _, counts in rows for n in counts.values()):
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">What</th>
% for state in states:
<th scope="col" class="figure">{{state}}</th>
% end
</tr></thead>
<tbody>
% for name, counts in rows:
<tr><th scope="row">{{name}}</th>
% for state in states:
<td data-name="{{state}}" class="figure">{{f"{counts[state]:,}"}}</td>
% end
</tr>
% end
</tbody></table></div>
<div class="row">
<form method="post" action="/admin/books/all"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="second">Sync all</button></form>
% if failed:
<form method="post" action="/admin/books/retry"><input type="hidden" name="csrf" value="{{person.csrf}}"><button class="second">Retry all that failed</button></form>
% end
</div>
<h2>Refused</h2>
% if failed:
<ol class="failures">
% for one in failed:
<li><div><h3>{{one["of"]}}</h3><p class="says">{{one["error"]}}</p></div>
<div class="doing"><form method="post" action="/admin/books/retry"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="id" value="{{one["id"]}}"><button class="second" aria-label="Retry {{one["of"]}}">Retry</button></form></div></li>
% end
</ol>
% else:
<p class="empty">Nothing was refused.</p>
% end
<h2>Newest requests</h2>
% if calls:
<ul class="story">
% for one in calls:
<li><time>{{one["at"]}}</time><div><details><summary>{{one["what"]}}: {{one["status"]}}, {{one["ms"]}} ms</summary>
<pre tabindex="0">{{one["sent"] or "nothing sent"}}</pre><pre tabindex="0">{{one["got"]}}</pre></details></div></li>
% end
</ul>
% else:
<p class="empty">Each request and its answer is kept here, without the key.</p>
% end
% end
