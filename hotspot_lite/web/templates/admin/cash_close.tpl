<details class="panel screen"{{" open" if field == "counted" else ""}}>
<summary>Close the shift</summary>
<form method="post" action="/admin/cash/close/{{shift.id}}">
<input type="hidden" name="csrf" value="{{person.csrf}}">
% if problem and field == "counted":
<p class="wrong" role="alert">{{problem}}</p>
% end
<div class="fields">
<div><label for="counted">Cash counted in the till, {{currency}}</label>
<input id="counted" name="counted" inputmode="decimal" maxlength="12" required autocomplete="off" value="{{values["counted"]}}"></div>
<div><label for="note">A note, if something was odd</label>
<input id="note" name="note" maxlength="200" autocomplete="off" value="{{values["note"]}}"></div>
</div>
<button>Close the shift</button>
</form>
</details>
