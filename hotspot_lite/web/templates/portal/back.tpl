% rebase("portal/frame.tpl", title=t("back.title"))
<h1>{{t("back.title")}}</h1>
% if notice:
<p class="note bad" role="alert">{{notice}}</p>
% end
% if problem and problem_field not in ("phone", "code"):
<p class="note bad" role="alert">{{problem}}</p>
% end
% if token:
<p>{{t("back.link")}}</p>
<form method="post" action="/back/{{token}}">
<input type="hidden" name="state" value="{{state}}">
<button>{{t("back.here")}}</button>
</form>
% elif phone:
% is_wrong = problem_field == "code"
<p class="note good" role="status">{{t("back.sent")}}</p>
<form method="post" action="/back/code">
<input type="hidden" name="state" value="{{state}}">
<input type="hidden" name="phone" value="{{phone}}">
<label for="code">{{t("back.code")}}</label>
<input id="code" name="code" required inputmode="numeric" autocomplete="one-time-code" maxlength="20" aria-describedby="code-says"{{!" aria-invalid=true" if is_wrong else ""}} autofocus>
% if is_wrong:
<p id="code-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="code-says" class="hint">{{t("back.code_hint")}}</p>
% end
<button>{{t("back.here")}}</button>
</form>
<p><a href="{{back_link}}">{{t("back.other")}}</a></p>
% else:
% is_wrong = problem_field == "phone"
<p>{{t("back.lead")}}</p>
<form method="post" action="/back">
<input type="hidden" name="state" value="{{state}}">
<label for="phone">{{t("home.phone")}}</label>
<input id="phone" name="phone" type="tel" inputmode="tel" autocomplete="tel" required maxlength="64" value="{{typed}}" aria-describedby="phone-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
% if is_wrong:
<p id="phone-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="phone-says" class="hint">{{t("back.phone_hint")}}</p>
% end
<button>{{t("back.send")}}</button>
</form>
<p class="hint">{{t("back.otherwise")}}</p>
% end
<p><a href="{{home_link}}">{{t("page.home")}}</a></p>
