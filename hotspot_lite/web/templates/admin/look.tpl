% rebase("admin/frame.tpl", title="Portal")
<h1>Portal</h1>
<p>What customers see when they join. A change is there with the next page that is opened: <a href="/" target="_blank" rel="noopener">look at it</a>.</p>
% include("admin/problem.tpl")
<form method="post" action="/admin/look" class="panel">
<h2>Colour and help</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<div class="fields">
<div><label for="color">Colour of buttons and links</label>
<input id="color" name="color" type="color" value="{{color}}" aria-describedby="color-says"{{!" aria-invalid=true" if field == "color" else ""}}>
<p class="hint" id="color-says">Made darker on light pages and lighter on dark ones, as far as it takes to be read.</p>
<label class="tick"><input type="checkbox" name="ours" value="1"{{" checked" if is_ours else ""}}> The usual green</label></div>
<div><label for="phone">Phone for help</label>
<input id="phone" name="phone" type="tel" maxlength="24" value="{{phone}}" aria-describedby="phone-says"{{!" aria-invalid=true" if field == "phone" else ""}}>
<p class="hint" id="phone-says">At the foot of each page, to be called by a tap; empty: none</p></div>
<div><label for="help">Words of help</label>
<input id="help" name="help" maxlength="300" value="{{help_text}}" aria-describedby="help-says"{{!" aria-invalid=true" if field == "help" else ""}}>
<p class="hint" id="help-says">Where the counter is, when it is open; empty: none</p></div>
</div>
<button>Save</button>
</form>
<form method="post" action="/admin/look/logo" class="panel" data-logo>
<h2>Logo</h2>
<input type="hidden" name="csrf" value="{{person.csrf}}">
<input type="hidden" name="logo" value="">
% if logo:
<p><img src="/logo/{{logo}}" alt="The logo of now" height="48"></p>
% end
<label for="file">Picture</label>
<input id="file" type="file" accept="image/*" aria-describedby="logo-says">
<p class="hint" id="logo-says" data-says role="status">Stands before the name. Your browser makes it small; 10 KiB remain at most.</p>
<button>Use this picture</button>
% if logo:
<button class="second" name="drop" value="1">No picture</button>
% end
</form>
<script type="module" src="/static/look.js?v={{version_of("look.js")}}"></script>
