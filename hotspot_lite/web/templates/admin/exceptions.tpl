% rebase("admin/frame.tpl", title="Exceptions")
<h1>Exceptions</h1>
<p class="hint">Money or access that the box can't judge by itself, for you to decide. Each decision is kept with who and why. What solves itself leaves the list by itself.</p>
% if problem and not any(row["id"] == wrong_id for row in rows):
<p class="wrong" role="alert">{{problem}}</p>
% end
% if rows:
<ul class="failures exceptions">
% for row in rows:
% is_wrong = bool(problem) and row["id"] == wrong_id
<li id="exception-{{row["id"]}}"><div>
<h2>{{row["title"]}}\\
% if row["money"]:
 <span class="money">{{row["money"]}}</span>\\
% end
</h2>
<p>{{row["says"]}}</p>
<p class="hint">For {{row["age"]}}, since {{row["at"]}}{{". About " + row["about"] if row["about"] else ""}}.\\
% if row["payment_id"]:
 <a href="/admin/payments/{{row["payment_id"]}}">Its story</a>\\
% end
</p>
<p class="hint">{{row["means"]}}</p>
% if row["ways"]:
<details{{" open" if is_wrong else ""}}>
<summary>Decide</summary>
<form method="post" action="/admin/exceptions/{{row["id"]}}">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if is_wrong:
<p class="wrong" role="alert">{{problem}}</p>
% end
<div class="fields">
% if "phone" in row["asks"]:
<div><label for="phone-{{row["id"]}}">Phone of who paid</label>
<input id="phone-{{row["id"]}}" name="phone" type="tel" maxlength="64" autocomplete="off" value="{{values.get("phone", "") if is_wrong else row["phone"]}}"></div>
% end
% if "plan" in row["asks"]:
<div><label for="plan-{{row["id"]}}">Package to give</label>
<select id="plan-{{row["id"]}}" name="plan">
<option value="0">As asked for</option>
% for plan in plans:
<option value="{{plan.id}}"{{" selected" if is_wrong and values["plan"] == str(plan.id) else ""}}>{{plan.name}}, {{price(plan.price_cents)}}</option>
% end
</select></div>
% end
% if "receipt" in row["asks"]:
<div><label for="receipt-{{row["id"]}}">M-Pesa receipt</label>
<input id="receipt-{{row["id"]}}" name="receipt" maxlength="64" autocomplete="off" spellcheck="false" value="{{values.get("receipt", "") if is_wrong else ""}}"></div>
% end
% if "reason" in row["asks"]:
<div><label for="reason-{{row["id"]}}">Why</label>
<input id="reason-{{row["id"]}}" name="reason" maxlength="200" autocomplete="off" value="{{values.get("reason", "") if is_wrong else ""}}"></div>
% end
</div>
<ul class="ways">
% for index, way in enumerate(row["ways"]):
<li><button name="way" value="{{way.name}}"{{!' class="second"' if index else ""}}>{{way.button}}</button> <span class="hint">{{way.does}}</span></li>
% end
</ul>
</form>
</details>
% end
</div></li>
% end
</ul>
% else:
<p class="empty">Nothing waits for you. A payment that the box can't judge, a receipt that never came, or a customer who paid and is not online is listed here, with what you can do about it.</p>
% end
% if decided:
<h2>Decided lately</h2>
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Matter</th><th scope="col">Money</th><th scope="col">Decided</th><th scope="col">By</th><th scope="col">When</th><th scope="col">Why</th></tr></thead>
<tbody>
% for row in decided:
<tr><th scope="row">{{row["title"]}}</th><td data-name="Money">{{row["money"] or "–"}}</td><td data-name="Decided">{{row["how"]}}</td><td data-name="By">{{row["who"]}}</td><td data-name="When">{{row["at"]}}</td><td data-name="Why">{{row["reason"] or "–"}}</td></tr>
% end
</tbody></table></div>
% end
