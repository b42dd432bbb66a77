<div class="fields">
% for name, label, hint, more in (("name", "Name", "What customers see, e.g. Normal 1 Hour", 60), ("price", "Price in " + currency, "20 or 20.50", 12), ("duration", "Time", "30m, 1h, 7d or 2w", 12), ("uptime", "Of it online", "1h; empty: time runs offline too", 12), ("data", "Data", "500M or 2G; empty: no limit", 12), ("rate", "Speed up/down", "2M/4M, with burst 2M/4M 4M/8M 1M/3M 10/10", 80), ("fair", "Fair use", "2G day 512k/1M: after 2 GB in a day (month, all) that speed; empty: none", 60), ("happy", "Happy hours", "22:00-06:00 10M/20M: that speed at those hours; empty: none", 80), ("devices", "Devices", "at the same time", 3), ("pauses", "Pauses", "how often its customer may stop it; 0: never", 2)):
% is_wrong = field == name
<div><label for="{{name}}">{{label}}</label>
<input id="{{name}}" name="{{name}}" maxlength="{{more}}"{{"" if name in ("data", "uptime", "fair", "happy") else " required"}} value="{{values.get(name, "")}}" aria-describedby="{{name}}-says"{{!" aria-invalid=true autofocus" if is_wrong else ""}}>
<p class="hint" id="{{name}}-says">{{hint}}</p></div>
% end
<div><label for="starts">Time begins</label>
<select id="starts" name="starts"><option value="sale">when it is paid</option><option value="first-use"{{" selected" if values.get("starts") == "first-use" else ""}}>at the first login</option></select></div>
</div>
