% if sales:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">At</th><th scope="col">Package</th><th scope="col" class="figure">Price</th><th scope="col">Code</th><th scope="col">State</th><th scope="col"><span class="quiet">Do</span></th></tr></thead>
<tbody>
% for row in sales:
<tr><th scope="row">{{row["at"]}}</th><td data-name="Package">{{row["plan"]}}</td><td data-name="Price" class="figure">{{row["price"]}}</td><td data-name="Code"><code>{{row["code"]}}</code>{{", sent to " + row["sent_to"] if row["sent_to"] else ""}}</td><td data-name="State">{{row["state"]}}{{": " + row["reason"] if row["reason"] else ""}}</td><td>\\
% if row["may_take_back"]:
<details><summary>Take back</summary><form method="post" action="{{back}}/{{row["id"]}}"><input type="hidden" name="csrf" value="{{person.csrf}}"><label for="reason-{{row["id"]}}">Why</label><input id="reason-{{row["id"]}}" name="reason" maxlength="200" required autocomplete="off"><p class="hint">The code will buy nothing any more; the customer gets {{row["price"]}} back.</p><button class="danger">Take it back</button></form></details>\\
% end
</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">{{empty}}</p>
% end
