% rebase("admin/frame.tpl", title=plan.name)
<p><a href="/admin/plans">Packages</a></p>
<h1>{{plan.name}}</h1>
% if not plan.on_sale:
<p class="note">Customers don't see this package. Its vouchers are still good.</p>
% end
<form method="post" action="/admin/plans/{{plan.id}}" class="panel">
<h2>Change it</h2>
<p class="hint">For whoever buys from now on. What was sold, and vouchers that were made, keep what they were sold with.</p>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% include("admin/problem.tpl")
% include("admin/plan_fields.tpl")
<button>Save</button>
</form>
<form method="post" action="/admin/plans/{{plan.id}}/sale" class="panel">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if plan.on_sale:
<h2>Take it off sale</h2>
<p>Customers no longer see it. Time that was sold and vouchers stay good, and you can put it back.</p>
<button class="second">Take off sale</button>
% else:
<h2>Put it back on sale</h2>
<input type="hidden" name="on" value="1">
<button>Put on sale</button>
% end
</form>
