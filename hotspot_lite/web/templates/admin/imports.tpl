% rebase("admin/frame.tpl", title="Imports", refresh=refresh, module=module)
<h1>Imports</h1>
<p class="hint">CSV or Excel (.xlsx), up to 4 MiB and 50,000 rows. The file is looked at first: nothing is taken in before you have seen which rows would be refused, and why.</p>
<form method="post" action="/admin/imports" class="panel" data-statement="/admin/imports/piece">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<input type="hidden" name="name" value="">
% include("admin/problem.tpl")
<label for="kind">What is in it</label>
<select id="kind" name="kind">
% for kind in kinds:
<option value="{{kind.name}}"{{" selected" if kind.name == chosen else ""}}>{{kind.title}}</option>
% end
</select>
<label for="file">File</label>
<input id="file" type="file" accept=".csv,.txt,.xlsx,.sql,text/csv">
<label for="text">Or paste rows here, the names of the columns first</label>
<textarea id="text" name="text" rows="4" maxlength="12000" placeholder="{{kinds[0].example}}">{{text}}</textarea>
<button>Look at it</button>
<p class="hint" role="status" data-says></p>
<noscript><p class="hint">Without JavaScript paste the rows, or: hotspot-lite import FILE --kind customers</p></noscript>
</form>
<h2>Which columns</h2>
% for kind in kinds:
<p><b>{{kind.title}}</b>: \\
% if kind.says:
<code>{{kind.says}}</code>\\
% end
% for column in kind.columns if not kind.says else ():
<code>{{column.name}}</code>{{" (needed)" if column.is_needed else ""}}{{"" if column is kind.columns[-1] else ", "}}\\
% end
</p>
% end
<h2>Read in</h2>
% if runs:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">File</th><th scope="col">What</th><th scope="col">Sent</th><th scope="col">State</th><th scope="col" class="figure">Good</th><th scope="col" class="figure">Refused</th></tr></thead>
<tbody>
% for one in runs:
<tr><th scope="row"><a href="/admin/imports/{{one["id"]}}">{{one["file"]}}</a></th><td data-name="What">{{one["kind"]}}</td><td data-name="Sent">{{one["at"]}} by {{one["who"]}}</td><td data-name="State">{{one["state"]}}</td><td data-name="Good" class="figure">{{one["good"]}}</td><td data-name="Refused" class="figure">{{one["refused"]}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nothing was read in yet. Bring your customers, packages or printed vouchers from elsewhere.</p>
% end
