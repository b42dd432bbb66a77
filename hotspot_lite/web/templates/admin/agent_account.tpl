% rebase("admin/frame.tpl", title="Agents")
<p><a href="/admin/agents">All agents</a></p>
<h1>{{one.name}}</h1>
% if done:
<p class="note good" role="status">{{done}}</p>
% end
% if not one.sells:
<p class="bar">{{one.name}} doesn't sell now: locked out, or not an agent any more. The account stays.</p>
% end
% include("admin/problem.tpl")
<dl class="till">
% if one.owed_cents >= 0:
<div><dt>Owes</dt><dd>{{price(one.owed_cents)}}</dd></div>
% else:
<div><dt>Has paid ahead</dt><dd>{{price(-one.owed_cents)}}</dd></div>
% end
<div><dt>May still sell for</dt><dd>{{price(one.left_cents)}}</dd></div>
</dl>
<form method="post" action="/admin/agents/{{one.agent_id}}" class="panel">
<h2>Take in money</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="once" value="{{once}}">
<div class="fields">
<div><label for="amount">Paid in, {{currency}}</label><input id="amount" name="amount" inputmode="decimal" maxlength="12" required autocomplete="off" value="{{values["amount"]}}"{{!" aria-invalid=true" if field == "amount" else ""}}></div>
<div><label for="note">Note, like a receipt</label><input id="note" name="note" maxlength="200" autocomplete="off" value="{{values["note"]}}"></div>
</div>
<button name="do" value="take-in">Take in</button>
<p class="hint">It is money of sales that are counted already: it is no takings of today, and in no till.</p>
</form>
<form method="post" action="/admin/agents/{{one.agent_id}}" class="panel">
<h2>What is agreed</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<div class="fields">
<div><label for="commission">Commission, per cent</label><input id="commission" name="commission" inputmode="decimal" maxlength="6" required autocomplete="off" value="{{values["commission"] or share}}"{{!" aria-invalid=true" if field == "commission" else ""}}></div>
<div><label for="limit">May owe at most, {{currency}}</label><input id="limit" name="limit" inputmode="decimal" maxlength="12" required autocomplete="off" value="{{values["limit"] or "%.2f" % (one.limit_cents / 100)}}"{{!" aria-invalid=true" if field == "limit" else ""}}></div>
</div>
<button name="do" value="set">Set</button>
<p class="hint">Per cent of the price, from the next sale on. A part of a cent of commission stays with the house.</p>
</form>
<details class="panel"{{" open" if field in ("by", "why") else ""}}>
<summary>Put the account right</summary>
<form method="post" action="/admin/agents/{{one.agent_id}}">
<input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="once" value="{{once}}c">
<div class="fields">
<div><label for="way">{{one.name}} owes</label><select id="way" name="way"><option value="less">less</option><option value="more"{{" selected" if values["way"] == "more" else ""}}>more</option></select></div>
<div><label for="by">By, {{currency}}</label><input id="by" name="by" inputmode="decimal" maxlength="12" required autocomplete="off" value="{{values["by"]}}"{{!" aria-invalid=true" if field == "by" else ""}}></div>
<div><label for="why">Why</label><input id="why" name="why" maxlength="200" required autocomplete="off" value="{{values["why"]}}"{{!" aria-invalid=true" if field == "why" else ""}}></div>
</div>
<button name="do" value="correct" class="second">Put right</button>
</form>
</details>
<h2>Sold lately</h2>
% include("admin/agent_sales.tpl", back="/admin/agents/%d/back" % one.agent_id, empty="Nothing sold yet. Each voucher is listed here with its code.")
<h2>The account</h2>
% include("admin/agent_entries.tpl", here="/admin/agents/%d" % one.agent_id)
