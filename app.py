from sim.web.app import main

if __name__ == "__main__":  # a process that plays futures for the app may load this file again
    main()
