% rebase("admin/frame.tpl", title="Cash")
<h1>Cash</h1>
% if problem and field not in ("float", "plan", "count", "phone"):
<p class="wrong" role="alert">{{problem}}</p>
% end
% if handed:
<section class="panel handed" role="status">
<h2>{{handed["plan"]}}: take {{handed["price"]}}</h2>
% if handed["phone"]:
<p>Its time is given to {{handed["phone"]}}. The login is on its way by SMS.</p>
% else:
<ul class="codes">
% for code in handed["codes"]:
<li><b>{{code}}</b></li>
% end
</ul>
<p class="hint"><a href="/admin/vouchers/{{handed["batch"]}}">Print</a></p>
% end
</section>
% end
% if not shift:
<form method="post" action="/admin/cash/open" class="panel">
<h2>Open your shift</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if problem and field == "float":
<p class="wrong" role="alert">{{problem}}</p>
% end
<div class="fields"><div><label for="float">Cash in the till now, {{currency}}</label>
<input id="float" name="float" inputmode="decimal" maxlength="12" required value="{{values["float"]}}" placeholder="500"></div></div>
<button>Open the shift</button>
</form>
% elif not plans:
<p class="empty">There is no package to sell yet. The owner adds one under <a href="/admin/plans">Packages</a>.</p>
% else:
<form method="post" action="/admin/cash/sell" class="panel">
<h2>Sell for cash</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if problem and field in ("plan", "count", "phone"):
<p class="wrong" role="alert">{{problem}}</p>
% end
<div class="fields">
<div><label for="plan">Package</label>
<select id="plan" name="plan" required>
% for plan in plans:
<option value="{{plan.id}}"{{" selected" if values["plan"] == str(plan.id) else ""}}>{{plan.name}}, {{price(plan.price_cents)}}</option>
% end
</select></div>
<div><label for="count">How many vouchers</label>
<input id="count" name="count" type="number" inputmode="numeric" min="1" max="50" required value="{{values["count"] or 1}}"></div>
<div><label for="phone">Or to a phone</label>
<input id="phone" name="phone" type="tel" inputmode="tel" maxlength="64" autocomplete="off" placeholder="0712 345 678" value="{{values["phone"]}}"{{!" aria-invalid=true" if field == "phone" else ""}}></div>
</div>
<button>Sell</button>
</form>
% end
% if shift:
<h2>Your shift, since {{since}}</h2>
<dl class="till">
<div><dt>In the till at the start</dt><dd>{{price(shift.float_cents)}}</dd></div>
<div><dt>Sold, {{report.sold}}</dt><dd>{{price(report.sold_cents)}}</dd></div>
% if report.voided:
<div><dt>Given back, {{report.voided}}</dt><dd>−{{price(report.voided_cents)}}</dd></div>
% end
</dl>
% include("admin/cash_sales.tpl")
% include("admin/cash_close.tpl")
% end
<h2>Shifts</h2>
% if shifts:
<div class="scroll"><table class="cards">
<thead><tr><th scope="col">Opened</th><th scope="col">By</th><th scope="col">Closed</th><th scope="col">Sold</th><th scope="col">Difference</th></tr></thead>
<tbody>
% for row in shifts:
<tr><th scope="row"><a href="/admin/cash/{{row["id"]}}">{{row["opened"]}}</a></th><td data-name="By">{{row["staff"]}}</td><td data-name="Closed">{{row["closed"] or "open"}}</td><td data-name="Sold">{{row["sold"]}}</td><td data-name="Difference">{{row["difference"] or "–"}}</td></tr>
% end
</tbody></table></div>
% else:
<p class="empty">No shift yet. Each one is listed here with what it sold and whether the cash was right.</p>
% end
