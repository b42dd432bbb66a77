% rebase("admin/frame.tpl", title="Settings", refresh=f"{refresh};url=/admin/settings")
<h1>Starting anew</h1>
<p class="note" role="status">Asked to start anew: {{roles}}. The worker finishes what runs first, at most half a minute.</p>
<p>The settings come back by themselves in some seconds. <a href="/admin/settings">Go on</a></p>
