% rebase("admin/frame.tpl", title="Customers")
<h1>Customers</h1>
<form method="get" action="/admin/customers" role="search" class="search">
<label for="q">Phone, login, device, voucher, M-Pesa receipt or e-mail</label>
<div><input id="q" name="q" type="search" maxlength="40" value="{{q}}"><button>Search</button></div>
</form>
% if rows:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Login</th><th scope="col">Phone</th><th scope="col">Since</th><th scope="col">Now</th><th scope="col">Left</th></tr></thead>
<tbody>
% for row in rows:
<tr><th scope="row"><a href="/admin/customers/{{row["id"]}}">{{row["login"]}}</a></th><td data-name="Phone">{{row["phone"] or "–"}}</td><td data-name="Since">{{row["since"]}}</td><td data-name="Now">{{row["time"] or "–"}}</td><td data-name="Left">{{row["left"] or "–"}}</td></tr>
% end
</tbody></table></div>
% if len(rows) == most:
<p class="hint">The newest {{most}} are shown. Search for others.</p>
% end
% elif q:
<p class="empty">Nobody is found by “{{q}}”.</p>
% else:
<p class="empty">No customers yet. Everybody who pays or enters a voucher is listed here.</p>
% end
