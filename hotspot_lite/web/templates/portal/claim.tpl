% rebase("portal/frame.tpl", title=t("claim.title"))
<h1>{{t("claim.title")}}</h1>
% if notice:
<p class="note bad" role="alert">{{notice}}</p>
% end
% if said:
<p class="note good" role="status">{{said}}</p>
% end
% is_wrong = problem_field == "receipt"
<form method="post" action="/claim">
<input type="hidden" name="state" value="{{state}}">
<label for="receipt">{{t("claim.receipt")}}</label>
<input id="receipt" name="receipt" required maxlength="64" autocomplete="off" autocapitalize="characters" spellcheck="false" value="{{values["receipt"]}}" aria-describedby="receipt-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
% if is_wrong:
<p id="receipt-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="receipt-says" class="hint">{{t("claim.receipt_hint")}}</p>
% end
<button>{{t("claim.use")}}</button>
</form>
% is_wrong = problem_field == "phone"
<details{{" open" if is_wrong or said else ""}}>
<summary>{{t("claim.no_receipt")}}</summary>
<form method="post" action="/claim/phone">
<input type="hidden" name="state" value="{{state}}">
<label for="phone">{{t("home.phone")}}</label>
<input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" required maxlength="64" value="{{values["phone"]}}" aria-describedby="phone-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
% if is_wrong:
<p id="phone-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="phone-says" class="hint">{{t("claim.phone_hint")}}</p>
% end
<button class="second">{{t("claim.send")}}</button>
</form>
</details>
<p><a href="{{home_link}}">{{t("page.home")}}</a></p>
