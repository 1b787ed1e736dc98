// What the mouse can reach and the keyboard could not; and a history that Back goes through without a stop.
//
// Plotly draws its buttons and its slider for the mouse alone. This gives them to the keyboard, and says their names
// to whoever listens: Tab reaches them; Enter or Space presses a button; arrows, Page Up, Page Down, Home and End move
// the slider, as they move any other. A box that scrolls can be reached as well, so that arrows scroll it.
(() => {
  if (window.weerbaarKeys) return
  window.weerbaarKeys = true

  // The app writes all that it knows into the address. An address that somebody brought, or that a page has for a
  // moment only, is no place to come back to: what is written over it takes its place, and Back leaves it out.
  const whole = search => ['lang', 'seed', 'version'].every(key => new URLSearchParams(search).has(key))
  const push = history.pushState.bind(history)
  let touched = false
  for (const event of ['pointerdown', 'keydown', 'click', 'input']) {
    addEventListener(event, press => { touched = touched || press.isTrusted }, { capture: true })
  }
  history.pushState = (state, title, url) =>
    touched && whole(location.search) ? push(state, title, url) : history.replaceState(state, title, url)
  addEventListener('popstate', () => { if (!whole(location.search)) history.back() })

  // Who types and at once clicks elsewhere has typed first: what was typed is handed over when the mouse goes down, and
  // the click waits until it is on its way. Else the click would overtake it, and a page that was chosen be left again.
  const AHEAD = 80  // milliseconds
  let typed = null, until = 0
  addEventListener('input', event => { typed = event.target }, { capture: true })
  addEventListener('focusout', event => {
    if (event.target === typed) until = performance.now() + AHEAD
    typed = null
  }, { capture: true })
  addEventListener('pointerdown', event => {
    if (typed && typed === document.activeElement && !typed.contains(event.target)) typed.blur()
  }, { capture: true })
  addEventListener('click', event => {
    const left = until - performance.now(), { target } = event
    if (left <= 0 || !event.isTrusted || event.ctrlKey || event.metaKey || event.shiftKey) return
    event.preventDefault()
    event.stopImmediatePropagation()
    setTimeout(() => target.isConnected && target.click(), left)
  }, { capture: true })

  const PAGE = 4  // weeks
  const SCROLLS = '[class*=st-key-long-], [data-testid=stTable] > div'
  const slider = chart => chart.layout?.sliders?.[0]

  function name(chart) {
    const one = slider(chart)
    if (!one) return
    for (const button of chart.querySelectorAll('.updatemenu-button')) {
      button.setAttribute('role', 'button')
      button.setAttribute('tabindex', '0')
      button.setAttribute('aria-label', button.textContent.replace(/[^\p{L} ]/gu, '').trim())
    }
    const grip = chart.querySelector('.slider-grip-rect')
    if (!grip) return
    const now = one.active ?? 0
    grip.setAttribute('role', 'slider')
    grip.setAttribute('tabindex', '0')
    grip.setAttribute('aria-label', one.currentvalue.prefix.trim())
    grip.setAttribute('aria-valuemin', '0')
    grip.setAttribute('aria-valuemax', String(one.steps.length - 1))
    grip.setAttribute('aria-valuenow', String(now))
    grip.setAttribute('aria-valuetext', one.steps[now].label)
    if (!chart.weerbaarHears) {
      chart.weerbaarHears = true
      for (const event of ['plotly_animatingframe', 'plotly_sliderchange']) chart.on(event, () => name(chart))
    }
  }

  function move(chart, to) {
    // A mouse would press on the mark of that week.
    const mark = chart.querySelectorAll('.slider-tick-rect')[to]?.getBoundingClientRect()
    const rail = chart.querySelector('.slider-rail-touch-rect')
    if (!mark || !rail) return
    const at = { bubbles: true, clientX: mark.left + mark.width / 2, clientY: mark.top }
    rail.dispatchEvent(new MouseEvent('mousedown', at))
    rail.dispatchEvent(new MouseEvent('mouseup', at))
    name(chart)
  }

  document.addEventListener('keydown', event => {
    const chart = event.target.closest?.('.js-plotly-plot')
    if (!chart || !slider(chart)) return
    if (event.target.matches('.updatemenu-button')) {
      if (event.key !== 'Enter' && event.key !== ' ') return
      event.preventDefault()
      event.target.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    } else if (event.target.matches('.slider-grip-rect')) {
      const now = slider(chart).active ?? 0, last = slider(chart).steps.length - 1
      const to = {
        ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1,
        PageUp: now + PAGE, PageDown: now - PAGE, Home: 0, End: last,
      }[event.key]
      if (to === undefined) return
      event.preventDefault()
      move(chart, Math.max(0, Math.min(last, to)))
    }
  })

  // Plotly breaks a promise that nobody waits for, without a reason, whenever the picture is stopped.
  window.addEventListener('unhandledrejection', event => {
    if (event.reason === undefined && document.querySelector('.slider-grip-rect')) event.preventDefault()
  })

  let waits = false
  const look = () => {
    waits = false
    document.querySelectorAll('.js-plotly-plot').forEach(name)
    for (const box of document.querySelectorAll(SCROLLS)) {
      const scrolls = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1
      scrolls ? box.setAttribute('tabindex', '0') : box.removeAttribute('tabindex')
    }
  }
  const soon = () => {
    if (!waits) {
      waits = true
      requestAnimationFrame(look)
    }
  }
  new MutationObserver(soon).observe(document.body, { childList: true, subtree: true })
  addEventListener('resize', soon)
  soon()
})()
