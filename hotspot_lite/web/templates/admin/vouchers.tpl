% rebase("admin/frame.tpl", title="Vouchers")
<h1>Vouchers</h1>
% if plans:
<form method="post" action="/admin/vouchers" class="panel">
<h2>Make vouchers</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
<div class="fields">
<div><label for="plan">Package</label>
<select id="plan" name="plan" required>
% for plan in plans:
<option value="{{plan.id}}"{{" selected" if values["plan"] == str(plan.id) else ""}}>{{plan.name}}, {{price(plan.price_cents)}}</option>
% end
</select></div>
<div><label for="count">How many</label>
<input id="count" name="count" type="number" inputmode="numeric" min="1" max="5000" required value="{{values["count"] or 20}}"></div>
</div>
<button>Make vouchers</button>
</form>
% else:
<p class="empty">There is no package yet, so there is nothing to make vouchers for. <a href="/admin/plans">Add a package</a> first.</p>
% end
<h2>Made lately</h2>
% if batches:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Package</th><th scope="col">Made</th><th scope="col">By</th><th scope="col" class="figure">Unused</th><th scope="col" class="figure">Sold at the till</th><th scope="col" class="figure">Used</th><th scope="col" class="figure">All</th></tr></thead>
<tbody>
% for batch, made in batches:
<tr><th scope="row"><a href="/admin/vouchers/{{batch.batch.id}}">{{batch.terms.name}}</a></th><td data-name="Made">{{made}}</td><td data-name="By">{{batch.batch.made_by}}</td><td class="figure" data-name="Unused">{{batch.counts["unused"]}}</td><td class="figure" data-name="Sold at the till">{{batch.counts["sold"]}}</td><td class="figure" data-name="Used">{{batch.counts["used"]}}</td><td class="figure" data-name="All">{{batch.count}}</td></tr>
% end
</tbody></table></div>
% if older:
<p><a class="chip-link" href="/admin/vouchers?before={{older}}">Older ones</a></p>
% end
% else:
<p class="empty">No vouchers yet. The batches you make are listed here, to print and to see what became of them.</p>
% end
