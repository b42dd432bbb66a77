% rebase("admin/frame.tpl", title="First steps", refresh=refresh)
<h1>First steps</h1>
<p role="status">{{done}} of {{len(steps)}} are done{{f", {left} to go" if left else ". The box is ready to earn"}}.</p>
% include("admin/waiting.tpl")
<ol class="first">
% for one in steps:
<li id="{{one.name}}" class="panel{{" done" if one.is_done else ""}}">
<h2>{{one.title}} <small>{{"done" if one.is_done else "skipped" if one.is_skipped else "next" if one.name == next else ""}}</small></h2>
<p class="hint">{{one.says}}</p>
% if one.name == "mpesa" and has_mpesa:
<form method="post" action="/admin/start">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if wrong == "mpesa":
% include("admin/problem.tpl")
% end
<label for="payer">Your phone, with M-Pesa</label>
<div class="row"><input id="payer" name="phone" type="tel" inputmode="tel" maxlength="64" required value="{{phone if wrong == "mpesa" else ""}}"{{!" aria-invalid=true" if wrong == "mpesa" else ""}}><button name="do" value="mpesa" class="second">Ask it for {{price(100)}}</button></div>
% if push:
<p class="hint" role="status">The last test: <a href="/admin/payments/{{push.id}}">{{push.state}}</a> {{push.result_text}}</p>
% end
</form>
% end
% if one.name == "sms" and has_sms:
<form method="post" action="/admin/start">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if wrong == "sms":
% include("admin/problem.tpl")
% end
<label for="phone">Your phone</label>
<div class="row"><input id="phone" name="phone" type="tel" inputmode="tel" maxlength="64" required value="{{phone if wrong == "sms" else ""}}"{{!" aria-invalid=true" if wrong == "sms" else ""}}><button name="do" value="sms" class="second">Send a test</button></div>
% if test:
<p class="hint">The last test: {{test.state}} {{test.says}} {{test.delivery}}</p>
% end
</form>
% end
<div class="row">
<a class="button{{" next" if one.name == next else ""}}" href="{{one.where}}">{{one.do}}</a>
% if not one.is_done:
<form method="post" action="/admin/start"><input type="hidden" name="csrf" value="{{person.csrf}}"><input type="hidden" name="step" value="{{one.name}}"><button class="plain" name="do" value="{{"take-up" if one.is_skipped else "skip"}}">{{"Take it up" if one.is_skipped else "Skip"}}</button></form>
% end
</div>
</li>
% end
</ol>
% if left:
<p class="hint">What is done is read from the box itself, so it does not matter where you do it. <code>hotspot-lite doctor</code> and <a href="/admin/health">Health</a> look deeper.</p>
% end
