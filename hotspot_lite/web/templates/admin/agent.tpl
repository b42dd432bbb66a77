% rebase("admin/frame.tpl", title="Sell")
<h1>Sell a voucher</h1>
% if problem and field not in ("plan", "phone", "once"):
<p class="wrong" role="alert">{{problem}}</p>
% end
% if handed:
<section class="panel handed" role="status">
% if handed["again"]:
<p class="bar">This form was sent twice. It sold once, at {{handed["at"]}}; this is that voucher.</p>
% end
<h2>{{handed["plan"]}}: take {{handed["price"]}}</h2>
<ul class="codes"><li><b>{{handed["code"]}}</b></li></ul>
% if handed["sent_to"]:
<p>The code is on its way to {{handed["sent_to"]}} by SMS.</p>
% end
<details><summary>Show it as a picture to scan</summary><p class="qr">{{!handed["qr"]}}</p>
<p class="hint">A phone that has joined the WiFi scans it and has the code filled in.</p></details>
</section>
% end
<dl class="till">
<div><dt>You may still sell for</dt><dd>{{price(one.left_cents)}}</dd></div>
% if one.owed_cents >= 0:
<div><dt>You owe</dt><dd>{{price(one.owed_cents)}}</dd></div>
% else:
<div><dt>You have paid ahead</dt><dd>{{price(-one.owed_cents)}}</dd></div>
% end
<div><dt>You keep of each price</dt><dd>{{share}} %</dd></div>
</dl>
% if not plans:
<p class="empty">There is no package to sell yet. Packages that the owner adds appear here.</p>
% elif not one.left_cents:
<p class="empty">\\
% if one.limit_cents:
Your limit is reached. Pay in what you owe, {{price(one.owed_cents)}}, and you can sell again.\\
% else:
You can sell as soon as the owner has set your limit, or you have paid in.\\
% end
</p>
% else:
<form method="post" action="/admin/agent/sell" class="panel">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="once" value="{{once}}">
% if problem and field in ("plan", "phone", "once"):
<p class="wrong" role="alert" id="problem">{{problem}}</p>
% end
<div class="fields">
<div><label for="plan">Package</label>
<select id="plan" name="plan" required{{!" aria-invalid=true" if field == "plan" else ""}}>
% for plan in plans:
<option value="{{plan.id}}"{{" selected" if values["plan"] == str(plan.id) else ""}}>{{plan.name}}, {{price(plan.price_cents)}}</option>
% end
</select></div>
% if has_sms:
<div><label for="phone">Send the code to a phone</label>
<input id="phone" name="phone" type="tel" inputmode="tel" maxlength="64" autocomplete="off" placeholder="Not needed" value="{{values["phone"]}}"{{!" aria-invalid=true" if field == "phone" else ""}}></div>
% end
</div>
<button>Sell one voucher</button>
</form>
% end
<h2>Sold lately</h2>
% if sales:
<p class="hint">One that is not used can be taken back within {{back_minutes}} minutes; later the owner or a manager can do it.</p>
% end
% include("admin/agent_sales.tpl", back="/admin/agent/back", empty="Nothing sold yet. Each voucher you sell is listed here with its code.")
<h2>Your account</h2>
% include("admin/agent_entries.tpl", here="/admin/agent")
