% rebase("admin/frame.tpl", title="Set up")
<form method="post" action="/admin/setup" class="narrow">
<h1>Set up this box</h1>
<p>Make the owner's account. The setup code was printed when the box was installed; <code>hotspot-lite admin setup-code</code> prints a new one.</p>
% include("admin/problem.tpl")
<label for="code">Setup code</label>
<input id="code" name="code" required maxlength="40" autocomplete="off" autocapitalize="none" spellcheck="false" autofocus>
<label for="name">Your name</label>
<input id="name" name="name" required maxlength="40" autocomplete="username" autocapitalize="none" value="{{name}}">
<label for="password">Password</label>
<input id="password" name="password" type="password" required minlength="8" maxlength="1000" autocomplete="new-password" aria-describedby="password-says">
<p class="hint" id="password-says">8 letters or more.</p>
<button>Make the owner's account</button>
</form>
