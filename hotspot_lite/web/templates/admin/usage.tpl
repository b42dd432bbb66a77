% rebase("admin/frame.tpl", title="Usage")
<h1>Usage</h1>
<form method="get" action="/admin/usage" role="search" class="search">
<label for="customer">Login of a customer</label>
<div><input id="customer" name="customer" type="search" maxlength="64" value="{{customer}}"><button>Search</button></div>
</form>
% if customer or day:
<p><a href="/admin/usage">All customers, all days</a></p>
% end
% if rows:
<h2>By day{{", " + customer if customer else ""}}</h2>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Day</th><th scope="col">Download</th><th scope="col">Upload</th><th scope="col">Together</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row">\\
% if customer:
{{row.of}}\\
% else:
<a href="/admin/usage?day={{row.of}}"{{!' aria-current="true"' if row.of == day else ""}}>{{row.of}}</a>\\
% end
</th><td data-name="Download">{{size(row.octets_out)}}</td><td data-name="Upload">{{size(row.octets_in)}}</td><td data-name="Together"><meter min="0" max="{{most or 1}}" value="{{row.octets}}" aria-label="of the largest day"></meter> {{size(row.octets)}}</td></tr>
% end
</tbody></table></div>
<p class="hint">From the router's counters, up to the last update (each 5 minutes). One across midnight counts to the new day.</p>
% if not customer:
<h2>Who used most{{", " + day if day else ""}}</h2>
% if customers:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Login</th><th scope="col">Download</th><th scope="col">Upload</th><th scope="col">Together</th></tr></thead>
<tbody>
% for row in customers:
<tr><th scope="row">\\
% if row.of:
<a href="/admin/usage?customer={{row.of}}">{{row.of}}</a>\\
% else:
nobody we know\\
% end
</th><td data-name="Download">{{size(row.octets_out)}}</td><td data-name="Upload">{{size(row.octets_in)}}</td><td data-name="Together">{{size(row.octets)}}</td></tr>
% end
</tbody></table></div>
% if len(customers) == limit:
<p class="hint">The first {{limit}} are shown.</p>
% end
% else:
<p class="empty">Nothing was used on {{day}}.</p>
% end
% end
% elif customer:
<p class="empty">“{{customer}}” used nothing in the last 30 days.</p>
% else:
<p class="empty">Nothing was used yet. What the router's accounting tells is summed up here.</p>
% end
