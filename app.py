from sim.web.app import main

main()
