% if sales:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">At</th><th scope="col">Package</th><th scope="col">Price</th><th scope="col">To</th><th scope="col" class="screen">Take back</th></tr></thead>
<tbody>
% for row in sales:
<tr><th scope="row">{{row["at"]}}</th><td data-name="Package">{{row["plan"]}}</td><td data-name="Price">{{row["price"]}}</td><td data-name="To">{{row["to"]}}{{", given back" if row["voided"] else ""}}</td><td data-name="Take back" class="screen">\\
% if row["voided"]:
<small>{{row["voided"]}}</small>\\
% elif row["may_void"]:
<details><summary>Take back</summary><form method="post" action="/admin/cash/void/{{row["id"]}}"><input type="hidden" name="csrf" value="{{person.csrf}}"><label for="reason-{{row["id"]}}">Why</label><input id="reason-{{row["id"]}}" name="reason" maxlength="200" required autocomplete="off"><button class="danger">Give {{row["price"]}} back</button></form></details>\\
% else:
–\\
% end
</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">Nothing sold yet.</p>
% end
