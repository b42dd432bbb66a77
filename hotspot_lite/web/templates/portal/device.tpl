% rebase("portal/frame.tpl", title=t("pair.title"))
<h1>{{t("pair.title")}}</h1>
% if notice:
<p class="note bad" role="alert">{{notice}}</p>
% end
<form method="post" action="/status/device"><input type="hidden" name="state" value="{{state}}">
<label for="device">{{t("pair.field")}}</label>
<input id="device" name="device" required maxlength="40" autocomplete="off" autocapitalize="characters" spellcheck="false" value="{{typed}}" aria-describedby="device-says"{{!" aria-invalid=true autofocus" if problem else ""}}>
% if problem:
<p id="device-says" class="wrong" role="alert">{{problem}}</p>
% else:
<p id="device-says" class="hint">{{t("pair.hint")}}</p>
% end
<button>{{t("pair.add")}}</button></form>
<p><a href="{{status_link}}">{{t("page.status")}}</a></p>
