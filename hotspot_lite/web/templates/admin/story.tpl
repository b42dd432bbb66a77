% rebase("admin/frame.tpl", title="Payment " + str(payment.id))
<p><a href="/admin/payments">All payments</a></p>
<h1>Payment {{payment.id}}: {{price(payment.amount_cents)}} <span class="state {{payment.state}}">{{payment.state}}</span></h1>
% if payment.state == "failed" and payment.result_text:
<p class="hint">{{payment.result_text}}</p>
% end
<dl class="till">
% for name, value in facts:
<div><dt>{{name}}</dt><dd>{{value}}</dd></div>
% end
</dl>
% if may_ask:
<form method="post" action="/admin/payments/{{payment.id}}/ask">
<input type="hidden" name="csrf" value="{{person.csrf}}">
<ul class="ways"><li><button class="second">Ask M-Pesa about it</button> <span class="hint">The answer comes in some seconds; load this page again.</span></li></ul>
</form>
% end
% if may_give_back:
<details class="panel"{{" open" if problem else ""}}>
<summary>Give money back</summary>
<form method="post" action="/admin/payments/{{payment.id}}/refund">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
<div class="fields">
<div><label for="reason">Why</label>
<input id="reason" name="reason" maxlength="200" required autocomplete="off" value="{{values.get("reason", "")}}"{{!" aria-invalid=true" if field == "reason" else ""}}></div>
<div><label for="amount">Amount, {{currency}}</label>
<input id="amount" name="amount" inputmode="decimal" maxlength="12" autocomplete="off" placeholder="all: {{"%g" % (left / 100)}}" value="{{values.get("amount", "")}}"{{!" aria-invalid=true" if field == "amount" else ""}}></div>
<div><label for="receipt">Its M-Pesa receipt</label>
<input id="receipt" name="receipt" maxlength="64" autocomplete="off" spellcheck="false" value="{{values.get("receipt", "")}}"{{!" aria-invalid=true" if field == "receipt" else ""}}></div>
</div>
<ul class="ways">
% if by_mpesa:
<li><button class="danger" name="way" value="mpesa">Have M-Pesa give it back</button> <span class="hint">All of it, to the phone that paid. It is ordered once and can't be undone.</span></li>
% end
<li><button class="second" name="way" value="hand">Note that I gave it back</button> <span class="hint">In cash or in the M-Pesa portal: nothing is sent. The receipt is that of the money you sent.</span></li>
</ul>
</form>
</details>
% elif problem:
<p class="wrong" role="alert">{{problem}}</p>
% end
<h2>What happened</h2>
<ol class="story">
% for moment in moments:
<li><time>{{moment["at"]}}</time><div><b>{{moment["title"]}}</b>
% if moment["says"]:
<p>{{moment["says"]}}</p>
% end
% if moment["body"]:
<details><summary>As it came</summary><pre tabindex="0">{{moment["body"]}}</pre></details>
% end
</div></li>
% end
</ol>
