% rebase("portal/frame.tpl", title=t("home.title"), refresh=welcome_seconds)
<h1>{{t("home.title")}}</h1>
% if router_error:
<div class="note bad" role="status"><p>{{t("home.router_says", error=router_error)}}</p><p>{{t("home.router_todo")}}</p></div>
% end
% if notice:
<p class="note bad" role="alert">{{notice}}</p>
% end
% if left:
<section class="note good" role="status">
<p class="big">{{t("home.time_left", time=t.time(left.seconds))}}</p>
% if welcome_seconds:
<p class="busy">{{t("back.connecting")}}</p>
% end
<p><a href="{{status_link}}">{{t("page.status")}}</a></p>
% if login:
<form method="post" action="{{who.login_url}}">
<input type="hidden" name="username" value="{{login[0]}}">
<input type="hidden" name="password" value="{{login[1]}}">
<button>{{t("paid.connect")}}</button>
</form>
% end
</section>
% end
% if paused_seconds:
<section class="note" role="status"><p>{{t("pause.paused", time=t.time(paused_seconds))}}</p><p><a href="{{status_link}}">{{t("page.status")}}</a></p></section>
% end
% if plans:
<form method="post" action="/buy">
<input type="hidden" name="state" value="{{state}}">
% if owed:
<p class="note">{{t("credit.owed", price=owed, since=owed_since)}}</p>
% end
<fieldset>
<legend>{{t("home.packages")}}</legend>
% if problem_field == "plan":
<p class="wrong" role="alert">{{problem}}</p>
% end
% for plan in plans:
<label class="card"><input type="radio" name="plan" value="{{plan["id"]}}" required{{" checked" if values.get("plan") == plan["id"] or len(plans) == 1 else ""}}>
<span class="what"><b>{{plan["name"]}}</b><small><i>{{plan["time"]}}</i> <i>{{plan["speed"]}}</i> <i>{{plan["data"]}}</i> <i>{{plan["devices"]}}</i>\\
% for text in plan["more"]:
 <i>{{text}}</i>\\
% end
</small></span>
<span class="price">{{plan["price"]}}</span></label>
% end
</fieldset>
% is_wrong = problem_field == "phone"
% only_prompt = [name for name, _ in ways] == ["mpesa"]
<label for="phone">{{t("home.phone" if only_prompt else "pay.phone")}}</label>
<input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" required maxlength="64" value="{{phone}}" aria-describedby="phone-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
% if is_wrong:
<p id="phone-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="phone-says" class="hint">{{t("home.phone_hint" if only_prompt else "pay.phone_hint")}}</p>
% end
% if asks_promo:
% is_wrong = problem_field == "promo"
<details{{" open" if is_wrong or values.get("promo") else ""}}>
<summary>{{t("promo.title")}}</summary>
<label for="promo">{{t("promo.code")}}</label>
<input id="promo" name="promo" maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false" value="{{values.get("promo", "")}}" aria-describedby="promo-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
<p id="promo-says" class="{{"wrong" if is_wrong else "hint"}}"{{!' role="alert"' if is_wrong else ""}}>{{problem if is_wrong else t("promo.hint")}}</p>
</details>
% end
% for name, label in ways:
<button{{!"" if len(ways) == 1 else ' name="rail" value="' + name + '"'}}{{!"" if name == ways[0][0] else ' class="second"'}}>{{label}}</button>
% end
</form>
% elif not free:
<p class="note">{{t("home.none")}}</p>
% end
% if problem and (not problem_field or problem_field in ("plan", "phone") and not plans):
<p class="note bad" role="alert">{{problem}}</p>
% end
% if credit:
<form method="post" action="/credit" class="free">
<input type="hidden" name="state" value="{{state}}">
<p class="card"><span class="what"><b>{{credit["name"]}}</b><small><i>{{credit["time"]}}</i> <i>{{credit["speed"]}}</i> <i>{{credit["data"]}}</i></small></span>
<span class="price">{{t("credit.later")}}</span></p>
<button class="second">{{t("credit.use")}}</button>
<p class="hint">{{t("credit.hint", price=credit["price"])}}</p>
</form>
% end
% for plan in free:
<form method="post" action="/free" class="free">
<input type="hidden" name="state" value="{{state}}">
<input type="hidden" name="plan" value="{{plan["id"]}}">
<p class="card"><span class="what"><b>{{plan["name"]}}</b><small><i>{{plan["time"]}}</i> <i>{{plan["speed"]}}</i> <i>{{plan["data"]}}</i></small></span>
<span class="price">{{t("free.price")}}</span></p>
<button class="second">{{t("free.use")}}</button>
<p class="hint">{{t("free.hint")}}</p>
</form>
% end
% if hand and plans:
<details>
<summary>{{t("hand.title")}}</summary>
<dl class="hand"><dt>{{t("hand." + hand["way"])}}</dt><dd>{{hand["number"]}}</dd>
% if hand["way"] == "paybill":
<dt>{{t("hand.account")}}</dt><dd>{{hand["account"] or t("hand.own_phone")}}</dd>
% end
<dt>{{t("hand.amount")}}</dt><dd>{{t("hand.price")}}</dd></dl>
<p class="hint">{{t("hand.then" if hand["account"] else "hand.then_claim")}}</p>
</details>
% end
% is_wrong = problem_field == "code"
<details{{" open" if is_wrong or values.get("code") else ""}}>
<summary>{{t("voucher.title")}}</summary>
<form method="post" action="/voucher">
<input type="hidden" name="state" value="{{state}}">
<label for="code">{{t("voucher.code")}}</label>
<input id="code" name="code" required maxlength="64" autocomplete="off" autocapitalize="none" spellcheck="false" value="{{values.get("code", "")}}" aria-describedby="code-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
% if is_wrong:
<p id="code-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="code-says" class="hint">{{t("voucher.hint")}}</p>
% end
<button class="second">{{t("voucher.use")}}</button>
</form>
</details>
% if who.login_url:
<details{{" open" if router_error else ""}}>
<summary>{{t("login.title")}}</summary>
<form method="post" action="{{who.login_url}}">
<label for="username">{{t("login.name")}}</label>
<input id="username" name="username" required maxlength="64" autocomplete="username" autocapitalize="none" spellcheck="false">
<label for="password">{{t("login.password")}}</label>
<input id="password" name="password" required maxlength="64" autocomplete="current-password" autocapitalize="none" spellcheck="false">
<button class="second">{{t("login.enter")}}</button>
</form>
</details>
% end
<p><a href="{{claim_link}}">{{t("claim.title")}}</a> · <a href="{{back_link}}">{{t("back.title")}}</a></p>
