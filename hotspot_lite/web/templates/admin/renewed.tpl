% rebase("admin/frame.tpl", title="Settings", module="back.js")
<h1>Starting anew</h1>
<p class="note" role="status" data-back="/admin/settings">Asked to start anew: {{roles}}. The worker finishes what runs first, at most half a minute.</p>
<p>The settings come back by themselves as soon as the box answers. <a href="/admin/settings">Go on</a></p>
