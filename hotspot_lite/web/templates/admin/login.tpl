% rebase("admin/frame.tpl", title="Sign in")
<form method="post" action="/admin/login" class="narrow">
<h1>Sign in</h1>
% include("admin/problem.tpl")
<label for="name">Name</label>
<input id="name" name="name" required maxlength="40" autocomplete="username" autocapitalize="none" value="{{name}}"{{"" if name else " autofocus"}}>
<label for="password">Password</label>
<input id="password" name="password" type="password" required maxlength="1000" autocomplete="current-password"{{" autofocus" if name else ""}}>
<label for="code">Code of your app, if you use one</label>
<input id="code" name="code" maxlength="20" inputmode="numeric" autocomplete="one-time-code">
<button>Sign in</button>
</form>
